// `tradewind preflight`: go or no-go for the day, one line an item, what to do under what is red.
import { z } from "zod";
import { readAnswer } from "./client.ts";
import { type Commands, talks } from "./command.ts";
import { type Paint, plain, when } from "./output.ts";

const preflight = z.looseObject({
  at: z.string(),
  day: z.string(),
  mode: z.string(),
  go: z.boolean(),
  items: z.array(
    z.looseObject({ name: z.string(), light: z.string(), detail: z.string(), remedy: z.string().optional() }),
  ),
});

export function addPreflight(commands: Commands): void {
  const command = commands.parent
    .command("preflight")
    .description("Go or no-go: whether the day can be traded, on one page. Exit code 0: go, 1: no-go.");
  talks(commands, command, async ({ client, print, paint, target }) => {
    const answer = await client("scheduler/preflight", { what: "asking all that the day depends on" });
    const read = readAnswer(preflight, answer);
    print(answer.body, () => preflightText(read, target.name, paint));
    return read.go ? 0 : 1;
  });
}

const words: Readonly<Record<string, string>> = { green: "ok", yellow: "note", red: "NO GO" };

function preflightText({ at, day, mode, go, items }: z.infer<typeof preflight>, name: string, paint: Paint): string {
  const width = Math.max(0, ...items.map((item) => item.name.length));
  const lines = items.flatMap(({ name: item, light, detail, remedy }) => {
    const style = light === "green" || light === "yellow" ? light : "red";
    const line = `${paint(style, (words[light] ?? light).padEnd(5))}  ${plain(item).padEnd(width)}  ${plain(detail)}`;
    return remedy === undefined || light === "green" ? [line] : [line, `${" ".repeat(9 + width)}→ ${plain(remedy)}`];
  });
  const verdict = go ? paint("green", "GO") : paint("red", "NO GO");
  return `${lines.join("\n")}\n${verdict} for ${day}, ${name}, ${mode}, at ${when(at)}\n`;
}
