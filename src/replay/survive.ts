// `npm run survive`: a run killed at every call it makes, in every way; with --processes the same by killing real processes.
import { parseArgs } from "node:util";
import { walkCrashes, walkedWorks } from "./crashWalk.ts";
import { surviveProcesses } from "./processes.ts";

const help = `npm run survive -- [--processes] [--rounds N] [--seed N]

Kills a tick, a run and a monitor check at every call through their ports: crash before, crash after the effect, time-out after the
effect, failure before it, and the same work done twice at once. Then lets the system come right and judges it by the broker's books.
  --processes    kills host, broker and simulator as real processes instead, at random moments
  --rounds N     how many kills (default 200)
  --seed N       of the moments (default 1)
Exits 0 when everything survived, 1 when something did not, 2 for a flag that is not known.`;

process.exitCode = await main(process.argv.slice(2));

async function main(args: string[]): Promise<number> {
  const flags = readFlags(args);
  if (typeof flags === "string") {
    console.error(flags);
    return 2;
  }
  if (flags.help) console.log(help);
  if (flags.help) return 0;
  return flags.processes ? killProcesses(flags.rounds, flags.seed) : walk();
}

async function walk(): Promise<number> {
  let broken = 0;
  for (const work of walkedWorks) {
    const startedMs = performance.now();
    const result = await walkCrashes(work);
    broken += result.broken.length;
    for (const { call, fault, violations } of result.broken) {
      console.error(`${work}: ${fault} at ${call}`);
      for (const { invariant, what } of violations) console.error(`  invariant ${invariant}: ${what}`);
    }
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
    console.log(
      `${work}: ${result.calls.length} calls, ${result.tried} faults, ${result.survived} survived (${seconds} s)`,
    );
  }
  return broken === 0 ? 0 : 1;
}

async function killProcesses(rounds: number, seed: number): Promise<number> {
  const result = await surviveProcesses({ rounds, seed, onProgress: (line) => console.log(line) });
  for (const violation of result.violations) console.error(violation);
  const kills = Object.entries(result.kills).map(([part, count]) => `${count} of the ${part}`);
  console.log(
    `${result.rounds} kills (${kills.join(", ")}), ${result.runs} runs, ${result.orders} orders: ${result.violations.length} rules broken`,
  );
  return result.violations.length === 0 ? 0 : 1;
}

function readFlags(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        processes: { type: "boolean", default: false },
        rounds: { type: "string", default: "200" },
        seed: { type: "string", default: "1" },
        help: { type: "boolean", default: false },
      },
    });
    for (const name of ["rounds", "seed"] as const) {
      if (!/^\d{1,9}$/.test(values[name])) return `--${name}: ${values[name]} is not a whole number`;
    }
    return { ...values, rounds: Number(values.rounds), seed: Number(values.seed) };
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure);
  }
}
