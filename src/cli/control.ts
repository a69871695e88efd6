// `tradewind start|stop|restart|halt|reduce|resume`: the switches, for the account or one part of it, now or later.
import { Option } from "commander";
import { parseInstant } from "../core/model/time.ts";
import { controlState } from "./answers.ts";
import { readAnswer } from "./client.ts";
import { type Commands, talks, type WhyOptions, why } from "./command.ts";
import { wrong } from "./failure.ts";
import { fields } from "./output.ts";
import { switchFields } from "./status.ts";

type ControlOptions = WhyOptions & {
  readonly task?: string;
  readonly symbol?: string;
  readonly strategy?: string;
  readonly at?: string;
};

const actions = [
  ["start", "Let due tasks run again.", "starting"],
  ["stop", "Let no task run; orders that are open stay.", "stopping"],
  ["restart", "Start, noted as an event even when it is started already.", "restarting"],
  ["halt", "Let no order leave; answers once none is under way any more.", "halting: waiting for orders under way"],
  ["reduce", "Let only orders leave that lower exposure.", "reducing"],
  ["resume", "Let all orders leave again.", "resuming"],
] as const;

export function addControl(commands: Commands): void {
  for (const [action, description, what] of actions) {
    const command = why(commands.parent.command(action).description(description));
    const onTasksOnly = action === "start" || action === "stop" || action === "restart";
    const parts = onTasksOnly ? ["task"] : ["task", "symbol", "strategy"];
    for (const part of parts) {
      const option = new Option(
        `--${part} <${part === "symbol" ? "symbol" : part === "task" ? "id" : "name"}>`,
        `for this ${part} only`,
      );
      command.addOption(option.conflicts(parts.filter((other) => other !== part)));
    }
    if (action === "start" || action === "stop")
      command.option(
        "--at <when>",
        "later: an instant such as 2026-06-15T18:00:00Z, or close; never takes back what waits",
      );
    talks<ControlOptions>(commands, command, async ({ client, target, print, paint }, options) => {
      const scope = scopeOf(options);
      const answer = await client(`scheduler/${action}`, {
        method: "POST",
        what,
        body: {
          ...(options.reason === undefined ? {} : { reason: options.reason }),
          actor: target.actor,
          ...(scope === undefined ? {} : { scope }),
          ...(options.at === undefined ? {} : { at: timeOf(options.at) }),
        },
      });
      print(answer.body, () => fields(switchFields(readAnswer(controlState, answer)), paint));
      return 0;
    });
  }
}

function scopeOf({ task, symbol, strategy }: ControlOptions): { kind: string; id: string } | undefined {
  if (task !== undefined) return { kind: "task", id: task };
  if (symbol !== undefined) return { kind: "symbol", id: symbol.toUpperCase() };
  return strategy === undefined ? undefined : { kind: "strategy", id: strategy };
}

function timeOf(text: string): string {
  const instant = text === "close" || text === "never" ? text : parseInstant(text);
  if (instant !== undefined) return instant;
  throw wrong(
    `--at ${text} is no time.`,
    "Give close, never, or an instant with its offset, such as 2026-06-15T18:00:00Z.",
  );
}
