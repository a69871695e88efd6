// `tradewind tail`: looks at the app again and again and prints what is new, until Ctrl-C.
import { controlEvent, pageOf, runSummary, schedulerStatus } from "./answers.ts";
import { readAnswer } from "./client.ts";
import { type Call, type Commands, talks } from "./command.ts";
import { CommandFailure } from "./failure.ts";
import { wholeNumber } from "./options.ts";
import { plain } from "./output.ts";
import { type Look, type News, newsOf, type Seen } from "./tailNews.ts";

const pageLimit = 200;

export function addTail(commands: Commands): void {
  const command = commands.parent
    .command("tail")
    .description("What is new, as it happens, until Ctrl-C. With --json one JSON value a line.")
    .option("--every <seconds>", "how often to look", wholeNumber(1, 3600), 5);
  talks<{ readonly every: number }>(commands, command, async (call, { every }) => {
    const { world } = call;
    const { programName } = world;
    const stop = world.interrupted();
    let seen: Seen | undefined;
    let lost = "";
    while (!stop.aborted) {
      try {
        const found = newsOf(await look(call), seen, { pageLimit, programName });
        if (lost !== "") world.err("connected again\n");
        lost = "";
        for (const news of found.news) tell(call, news);
        seen = found.seen;
      } catch (failure) {
        // Whoever watches wants to go on when the app is there again. A wrong address or key does not mend itself.
        if (!(failure instanceof CommandFailure) || failure.exitCode === 4 || seen === undefined) throw failure;
        if (failure.message !== lost) world.err(`${plain(failure.message)} Trying on.\n`);
        lost = failure.message;
      }
      await world.sleep(every * 1000, stop);
    }
    return 0;
  });
}

async function look({ client }: Call): Promise<Look> {
  const query = { limit: pageLimit };
  const [status, runs, events] = await Promise.all([
    client("scheduler"),
    client("scheduler/executions", { query }),
    client("scheduler/events", { query }),
  ]);
  return {
    status: readAnswer(schedulerStatus, status),
    runs: readAnswer(pageOf(runSummary), runs).items,
    events: readAnswer(pageOf(controlEvent), events).items,
  };
}

const tell = ({ world, json, paint }: Call, { kind, value, style, line }: News): void =>
  world.out(json ? `${JSON.stringify({ kind, value })}\n` : `${paint(style, kind.padEnd(6))}  ${plain(line)}\n`);
