// The process behind `tradewind doctor`: reads the settings of this shell or of a file, examines, prints. Exit code 0: well, 1: not, 2: wrong file.
import { readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { composePorts } from "../compose.ts";
import { type Examination, examine } from "./doctor.ts";
import { readSettingsFile } from "./settingsFile.ts";

const { values: flags } = parseArgs({
  options: { settings: { type: "string" }, json: { type: "boolean", default: false } },
});

/** What this shell says wins over the file, so that a secret can be given beside settings that only refer to it. */
async function environment(): Promise<Readonly<Record<string, string | undefined>>> {
  if (flags.settings === undefined) return process.env;
  const content = flags.settings === "-" ? await text(process.stdin) : readFileSync(flags.settings, "utf8");
  return { ...readSettingsFile(content), ...process.env };
}

async function main(): Promise<number> {
  let settings: Readonly<Record<string, string | undefined>>;
  try {
    settings = await environment();
  } catch (failure) {
    const message = failure instanceof Error ? failure.message : String(failure);
    console.error(`The settings cannot be read from ${flags.settings}: ${message}`);
    return 2;
  }
  // What the adapters have to say beside their results would only repeat them.
  const telemetry = { event: () => undefined };
  const found = await examine(settings, {
    compose: (parsed, onAccount) => composePorts(parsed, telemetry, { as: "person", onAccount }),
    nodeVersion: process.version,
  });
  await print(flags.json ? `${JSON.stringify(found)}\n` : textOf(found));
  return found.well ? 0 : 1;
}

function textOf({ well, checks }: Examination): string {
  const width = Math.max(...checks.map(({ name }) => name.length));
  const lines = checks.flatMap(({ name, ok, detail, remedy, latencyMs }) => [
    `${ok ? "ok" : "NO"}  ${name.padEnd(width)}  ${detail}${latencyMs > 0 ? ` (${latencyMs} ms)` : ""}`,
    ...(remedy === undefined ? [] : [`    ${" ".repeat(width)}  → ${remedy}`]),
  ]);
  return `${lines.join("\n")}\n${well ? "All is well." : "Not well: mend what is marked NO."}\n`;
}

const print = (given: string): Promise<void> => new Promise((resolve) => process.stdout.write(given, () => resolve()));

const code = await main();
// Connections of the queue client would keep the process alive.
process.exit(code);
