// Profiles: kept for their owner only, refused when others can read them, and never printed with a key.
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commandLine, testFolder } from "../support/commandLine.ts";

const modeOf = (path: string): string => (statSync(path).mode & 0o777).toString(8);
const piped = (text: string) => ({ input: async () => text });

describe("setting and listing", () => {
  test("the first profile is used from then on; file and folder are for their owner only", async () => {
    const configDir = join(testFolder(), "new");
    const set = ["profile", "set", "local", "--url", "http://127.0.0.1:7071", "--key-stdin"];
    expect(await commandLine(set, { configDir, ...piped("the-key\n") })).toMatchObject({ exitCode: 0, errors: "" });
    expect({ folder: modeOf(configDir), file: modeOf(join(configDir, "profiles.json")) }).toEqual({
      folder: "700",
      file: "600",
    });
    const listed = await commandLine(["profile", "list"], { configDir });
    expect(listed.output).toMatch(/^\*\s+local\s+http:\/\/127\.0\.0\.1:7071\s+kept$/m);
  });

  test("no command prints a key, as a table or as JSON", async () => {
    const configDir = testFolder();
    await commandLine(["profile", "set", "a", "--url", "https://a.example", "--key-stdin"], {
      configDir,
      ...piped("SECRET"),
    });
    await commandLine(["profile", "set", "b", "--url", "https://b.example", "--key-env", "B_KEY"], { configDir });
    for (const flags of [[], ["--json"]]) {
      const { output, errors } = await commandLine(["profile", "list", ...flags], {
        configDir,
        env: { B_KEY: "SECRET" },
      });
      expect(output).toContain("B_KEY");
      expect(output + errors).not.toContain("SECRET");
    }
    expect(readFileSync(join(configDir, "profiles.json"), "utf8")).not.toContain('"b": {\n      "key"');
  });

  test("what is not named again is kept, but a key never goes along to another host", async () => {
    const configDir = testFolder();
    const set = (...more: string[]) => commandLine(["profile", "set", "a", ...more], { configDir, ...piped("SECRET") });
    await set("--url", "https://a.example", "--key-stdin", "--actor", "ann");
    await set("--actor", "ben");
    const stored = () => JSON.parse(readFileSync(join(configDir, "profiles.json"), "utf8")).profiles.a;
    expect(stored()).toEqual({ url: "https://a.example", key: "SECRET", actor: "ben" });
    await set("--url", "https://other.example");
    expect(stored()).toEqual({ url: "https://other.example", actor: "ben" });
  });

  test("use names another one, remove forgets it with its key", async () => {
    const configDir = testFolder();
    for (const name of ["a", "b"])
      await commandLine(["profile", "set", name, "--url", `https://${name}.example`], { configDir });
    await commandLine(["profile", "use", "b"], { configDir });
    const current = async () =>
      (await commandLine(["profile", "list"], { configDir })).output.match(/^\*\s+(\w+)/m)?.[1];
    expect(await current()).toBe("b");
    await commandLine(["profile", "remove", "b"], { configDir });
    expect(await current()).toBeUndefined();
    expect(readFileSync(join(configDir, "profiles.json"), "utf8")).not.toContain("b.example");
  });

  test("on a terminal the key is typed unseen", async () => {
    const configDir = testFolder();
    const asked: string[] = [];
    const prompts = {
      confirm: async () => true,
      text: async () => "",
      select: async () => undefined,
      secret: async (message: string) => {
        asked.push(message);
        return "TYPED";
      },
    };
    await commandLine(["profile", "set", "a", "--url", "https://a.example"], { configDir, prompts });
    expect(asked).toHaveLength(1);
    expect(readFileSync(join(configDir, "profiles.json"), "utf8")).toContain("TYPED");
    const left = { ...prompts, secret: async () => undefined };
    const set = ["profile", "set", "b", "--url", "https://b.example"];
    expect(await commandLine(set, { configDir, prompts: left })).toMatchObject({ exitCode: 6 });
    expect(readFileSync(join(configDir, "profiles.json"), "utf8")).not.toContain("b.example");
  });

  test.each([
    [["set", "a b", "--url", "https://a.example"], "cannot name a profile"],
    [["set", "a"], "Where is a?"],
    [["set", "a", "--url", "http://a.example"], "would carry the key unencrypted"],
    [["set", "a", "--url", "https://a.example/api/scheduler?code=SECRET"], "a key does not belong in it"],
    [["set", "a", "--url", "https://a.example", "--key-env", "no name"], "profiles"],
    [["use", "constructor"], 'There is no profile "constructor"'],
    [["remove", "__proto__"], 'There is no profile "__proto__"'],
  ])("%j is refused", async (args, message) => {
    const { exitCode, errors } = await commandLine(["profile", ...args], { configDir: testFolder() });
    expect(exitCode).toBe(2);
    expect(errors).toContain(message);
    expect(errors).not.toContain("SECRET");
  });
});

describe("who else can read them", () => {
  const reach = async (configDir: string) => {
    let asked = 0;
    const fetch = async () => {
      asked++;
      return Response.json({});
    };
    return { ...(await commandLine(["status", "--json"], { configDir, fetch })), asked };
  };

  test.each([
    ["a file that the group can read", 0o640, 0o700, "chmod 600"],
    ["a file that all can read", 0o604, 0o700, "chmod 600"],
    ["a folder that others can look into", 0o600, 0o755, "chmod 700"],
  ])("%s: nothing is sent, and it says what to do", async (_, fileMode, folderMode, advice) => {
    const configDir = testFolder();
    const file = join(configDir, "profiles.json");
    writeFileSync(file, JSON.stringify({ current: "a", profiles: { a: { url: "https://a.example", key: "SECRET" } } }));
    chmodSync(file, 0o600);
    expect(await reach(configDir)).toMatchObject({ exitCode: 0, asked: 1 });
    chmodSync(file, fileMode);
    chmodSync(configDir, folderMode);
    const { exitCode, asked, errors } = await reach(configDir);
    expect({ exitCode, asked }).toEqual({ exitCode: 2, asked: 0 });
    expect(errors).toContain(advice);
    expect(errors).toContain("change the keys");
    const set = await commandLine(["profile", "set", "a", "--actor", "ann"], { configDir });
    expect(set.exitCode).toBe(2);
  });

  test("a file that holds no profiles names its faults and nothing of its content", async () => {
    const configDir = testFolder();
    mkdirSync(configDir, { recursive: true });
    const file = join(configDir, "profiles.json");
    writeFileSync(file, JSON.stringify({ profiles: { a: { url: 5, key: "SECRET", extra: true } } }), { mode: 0o600 });
    const { exitCode, errors } = await reach(configDir);
    expect(exitCode).toBe(2);
    expect(errors).toContain("profiles.a.url");
    expect(errors).not.toContain("SECRET");
  });
});
