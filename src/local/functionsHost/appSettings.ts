// App settings as functions see them: local.settings.json becomes the environment, and `%NAME%` in a binding is looked up there.
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Puts the `Values` of local.settings.json in `scriptRoot` into the environment; a variable that is set already wins, and `log` says so.
 * Without that file nothing happens; a file that cannot be read throws Error with what is wrong.
 */
export function applyLocalSettings(scriptRoot: string, log: (message: string) => void): void {
  const file = join(scriptRoot, "local.settings.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return;
  }
  for (const [name, value] of Object.entries(valuesOf(text, file))) {
    if (process.env[name] === undefined) process.env[name] = String(value);
    else log(`Skipping '${name}' from local settings as it's already defined in current environment variables.`);
  }
}

function valuesOf(text: string, file: string): object {
  try {
    const content: unknown = JSON.parse(text);
    const values = typeof content === "object" && content !== null && "Values" in content ? content.Values : {};
    return typeof values === "object" && values !== null ? values : {};
  } catch (cause) {
    throw new Error(`${file} is not valid JSON. Repair or remove it.`, { cause });
  }
}

/** `text` with each `%NAME%` replaced by that setting. Throws Error when one is not set. */
export const resolveSettings = (text: string): string =>
  text.replaceAll(/%([^%\s]+)%/g, (_, name: string) => {
    const value = process.env[name];
    if (value === undefined) throw new Error(`'%${name}%' does not resolve to a value.`);
    return value;
  });
