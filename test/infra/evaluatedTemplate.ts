// Runs the official Bicep compiler on a copy of the template: what it complains about, and the resources it evaluates parameters to.
import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { bicepPath, bicepUnpackFolder, howToGetBicep } from "../../tools/bicep.ts";

const root = resolve(import.meta.dirname, "../..");

export type Resource = {
  readonly id: string;
  readonly type: string;
  readonly name: string;
  readonly [property: string]: unknown;
};

/** Why the tests that need the compiler are skipped; undefined where it is. */
export const bicepMissing = existsSync(bicepPath) ? undefined : howToGetBicep;

/** A copy of `infra` and of the one file that it reads from elsewhere, to plant faults in. */
export type TemplateCopy = {
  /** Replaces `from`, which must be there, in a file such as `modules/storage.bicep`. */
  replace(file: string, from: string, to: string): void;
  /** What the compiler says of main.bicep and its modules, one line a complaint, warnings too. Empty: nothing. */
  complaints(command: "build" | "lint"): Promise<readonly string[]>;
  /** The resources that a parameter file of the copy evaluates to. Throws with the compiler's words where it does not. */
  evaluate(parameters: string): Promise<readonly Resource[]>;
  remove(): void;
};

export function copyTemplate(): TemplateCopy {
  const folder = mkdtempSync(join(tmpdir(), "tradewind-infra-"));
  const infra = join(folder, "infra");
  cpSync(join(root, "infra"), infra, { recursive: true });
  cpSync(join(root, "test/infra/allOptions.bicepparam"), join(infra, "allOptions.bicepparam"));
  mkdirSync(join(folder, "config"));
  cpSync(join(root, "config/queues.json"), join(folder, "config/queues.json"));
  return {
    replace: (file, from, to) => {
      const text = readFileSync(join(infra, file), "utf8");
      if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
      writeFileSync(
        join(infra, file),
        text.replace(from, () => to),
      );
    },
    complaints: async (command) => {
      const output = command === "build" ? ["--stdout"] : [];
      const { stderr } = await bicep([command, join(infra, "main.bicep"), "--no-restore", ...output]);
      return stderr.split("\n").filter((line) => line.trim() !== "");
    },
    evaluate: async (parameters) => {
      const where = ["--subscription-id", subscription, "--tenant-id", tenant, "--location", "eastus2"];
      const named = ["--deployment-name", "test", "--mode", "overwrite"];
      const { stderr } = await bicep(["snapshot", join(infra, `${parameters}.bicepparam`), ...where, ...named]);
      const file = join(infra, `${parameters}.snapshot.json`);
      // Warnings are for `complaints`: with an error there is no file.
      if (!existsSync(file)) throw new Error(stderr);
      const snapshot: { predictedResources: Resource[]; diagnostics: unknown[] } = JSON.parse(
        readFileSync(file, "utf8"),
        (_, value: unknown) => (typeof value === "string" ? inPublicCloud(value) : value),
      );
      if (snapshot.diagnostics.length > 0) throw new Error(JSON.stringify(snapshot.diagnostics));
      return snapshot.predictedResources;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The compiler leaves names that depend on the cloud as expressions; in the public one they are these. */
const suffixes: Readonly<Record<string, string>> = {
  "environment().suffixes.storage": "'core.windows.net'",
  "environment().suffixes.keyvaultDns": "'.vault.azure.net'",
};

/** `[format('https://{0}.table.{1}', 'name', environment().suffixes.storage)]` as its value; what more than that is needed for stays as it is. */
function inPublicCloud(expression: string): string {
  let text = Object.entries(suffixes).reduce((all, [name, value]) => all.replaceAll(name, value), expression);
  for (let before = ""; before !== text; ) {
    before = text;
    text = text.replace(/format\('([^']*)'((?:, '[^']*')+)\)/, (_, form: string, list: string) => {
      const values = [...list.matchAll(/'([^']*)'/g)].map(([, value = ""]) => value);
      return `'${form.replace(/\{(\d+)\}/g, (_place, index: string) => values[Number(index)] ?? "")}'`;
    });
  }
  return /^\['([^']*)'\]$/.exec(text)?.[1] ?? text;
}

const subscription = "11111111-1111-1111-1111-111111111111";
const tenant = "22222222-2222-2222-2222-222222222222";

/** Faults of the template are in its words, not in its exit code: both are read from stderr. */
async function bicep(args: readonly string[]): Promise<{ readonly stderr: string }> {
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, DOTNET_BUNDLE_EXTRACT_BASE_DIR: bicepUnpackFolder };
  const options = { env, maxBuffer: 32 * 1024 * 1024 };
  try {
    return await promisify(execFile)(bicepPath, [...args], options);
  } catch (failure) {
    const stderr = failure instanceof Error && "stderr" in failure ? String(failure.stderr) : "";
    return { stderr: stderr === "" ? String(failure) : stderr };
  }
}

/** The value at a path such as `properties.sku.name`; undefined where there is none. */
export function valueAt(resource: Resource, path: string): unknown {
  return path
    .split(".")
    .reduce<unknown>(
      (value, key) => (typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined),
      resource,
    );
}

export const ofType = (resources: readonly Resource[], type: string): readonly Resource[] =>
  resources.filter((each) => each.type === type);
