// azure.yaml names what is there: the template, its parameters, the folder that is published, the scripts of its hook. Not run with azd.
import { existsSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import manifest from "../../package.json" with { type: "json" };
import { stagingFolder } from "../../tools/package.ts";

const root = resolve(import.meta.dirname, "../..");
const azd = parse(readFileSync(join(root, "azure.yaml"), "utf8"));

test("azd finds the template and its parameters", () => {
  const { path, module } = azd.infra;
  for (const ending of ["bicep", "bicepparam"]) expect(existsSync(join(root, path, `${module}.${ending}`))).toBe(true);
});

test("azd publishes the folder that `npm run package` makes, to the app that has the service's tag", () => {
  expect(Object.keys(azd.services)).toHaveLength(1);
  const [[name, service]] = Object.entries<Record<string, unknown>>(azd.services) as [
    [string, Record<string, unknown>],
  ];
  expect(resolve(root, String(service.project))).toBe(stagingFolder);
  expect(service).toMatchObject({ host: "function", language: "js", remoteBuild: false });
  expect(readFileSync(join(root, "infra/modules/functionApp.bicep"), "utf8")).toContain(
    `'azd-service-name': '${name}'`,
  );
});

test("the hook before packaging calls scripts that are there, and makes the folder last", () => {
  const scripts = [...String(azd.hooks.prepackage.run).matchAll(/npm run (\w+)/g)].map(([, script]) => script ?? "");
  expect(scripts.at(-1)).toBe("package");
  for (const script of scripts) expect(Object.keys(manifest.scripts)).toContain(script);
  expect(relative(root, stagingFolder)).toBe(join("dist", "app"));
});
