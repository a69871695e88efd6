// `tradewind doctor`: whether an app with these settings could trade; asks everything that the app would, without the app.
import { runScript } from "./checkout.ts";
import type { Commands } from "./command.ts";
import { CommandFailure } from "./failure.ts";

export function addDoctor({ parent, world, end }: Commands): void {
  parent
    .command("doctor")
    .description(
      "Whether an app with the settings of this shell could trade: keys, account, clock, feed, calendar, tables, queues. Asks no app.",
    )
    .option(
      "--settings <file>",
      "a local.settings.json, or what az functionapp config appsettings list prints; - reads it from the input",
    )
    .option("--json", "print one JSON value", false)
    .allowExcessArguments(false)
    .action(async ({ settings, json }: { readonly settings?: string; readonly json: boolean }) => {
      const args = [...(settings === undefined ? [] : ["--settings", settings]), ...(json ? ["--json"] : [])];
      const code = await runScript(world, "src/doctor/main.ts", ...args);
      if (code !== 0 && code !== 1 && code !== 2)
        throw new CommandFailure(1, `The doctor ended with code ${code}.`, ["Look at what it printed above."]);
      end(code);
    });
}
