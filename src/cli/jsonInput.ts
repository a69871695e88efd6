// What a command is given as JSON: a file, what is piped in, what an editor leaves, or single fields by --set.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { wrong } from "./failure.ts";
import type { World } from "./world.ts";

/** The JSON of a file, or of what is piped in for `-` and for no file at all. Throws CommandFailure. */
export async function readJson(file: string | undefined, world: Pick<World, "input">): Promise<unknown> {
  const piped = file === undefined || file === "-";
  const text = piped ? ((await world.input?.()) ?? "") : readText(file);
  if (piped && text.trim() === "")
    throw wrong("Nothing is piped in.", "Name a JSON file, or pipe one in: … < file.json");
  return parseJson(text, piped ? "what was piped in" : file);
}

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (failure) {
    const missing = failure instanceof Error && "code" in failure && failure.code === "ENOENT";
    throw wrong(`${file} cannot be read: ${missing ? "there is no such file" : String(failure)}.`);
  }
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch (failure) {
    const where = failure instanceof Error ? failure.message : String(failure);
    throw wrong(`${what} is not JSON: ${where}.`);
  }
}

/**
 * A merge patch of `path=value` pairs: `graceMinutes=10`, `sizing.equityFraction=0.5`, `window=null` to take a field away. A value is JSON
 * where it reads as JSON, else the text itself. Throws CommandFailure for a pair without a path.
 */
export function mergePatchOf(pairs: readonly string[]): unknown {
  const patch: Record<string, unknown> = {};
  for (const pair of pairs) {
    const [, path, text] = /^([^=]+)=(.*)$/s.exec(pair) ?? [];
    const keys = path?.split(".") ?? [];
    if (text === undefined || keys.some((key) => key === ""))
      throw wrong(`--set ${pair} is not path=value.`, "Give it such as --set sizing.equityFraction=0.5.");
    setAt(patch, keys, readValue(text));
  }
  return patch;
}

function setAt(object: Record<string, unknown>, [key = "", ...rest]: readonly string[], value: unknown): void {
  if (key === "__proto__") throw wrong("__proto__ names no field.");
  if (rest.length === 0) {
    object[key] = value;
    return;
  }
  const inner = Object.hasOwn(object, key) ? object[key] : undefined;
  const next = typeof inner === "object" && inner !== null ? (inner as Record<string, unknown>) : {};
  object[key] = next;
  setAt(next, rest, value);
}

function readValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/**
 * Lets a person change `value` in $VISUAL or $EDITOR until `save` takes it or they give up; undefined when they left it as it was. What
 * `save` throws is shown to them with the question whether to go on.
 */
export async function editJson<T>(
  value: unknown,
  world: World,
  save: (edited: unknown) => Promise<T>,
): Promise<T | undefined> {
  const editor = world.env.VISUAL || world.env.EDITOR;
  if (!editor)
    throw wrong("No editor is set.", "Set EDITOR, or give the change by --set path=value or as a JSON file.");
  const dir = mkdtempSync(join(tmpdir(), "tradewind-edit-"));
  const file = join(dir, "edit.json");
  const before = `${JSON.stringify(value, null, 2)}\n`;
  writeFileSync(file, before, { mode: 0o600 });
  try {
    for (;;) {
      const [program = editor, ...args] = editor.split(/\s+/);
      const code = await world.runProgram(program, [...args, file]);
      if (code !== 0) throw wrong(`${editor} ended with code ${code}: nothing was changed.`);
      const text = readText(file);
      if (text === before) return undefined;
      try {
        return await save(parseJson(text, "what you wrote"));
      } catch (failure) {
        if (!(failure instanceof Error)) throw failure;
        const advice = "advice" in failure && Array.isArray(failure.advice) ? failure.advice : [];
        world.err(`${failure.message}\n${advice.map((line) => `  ${line}\n`).join("")}`);
        if ((await world.prompts?.confirm("Edit it again?")) !== true) throw failure;
      }
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
