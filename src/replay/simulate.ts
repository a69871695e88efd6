// `npm run simulate`: seeded trading days in one process, judged by the exchange's books; a day that breaks a rule names its seed.
import { parseArgs } from "node:util";
import { mutants } from "./mutants.ts";
import { type DayResult, simulateDay } from "./simulatedDay.ts";

const help = `npm run simulate -- [--seeds N] [--from N] [--seed N] [--trace] [--mutant NAME] [--json]

Runs whole trading days with faults, restarts, late and doubled ticks and operators, each drawn from its seed.
  --seeds N      how many days, from seed --from on (default 1000, from 1)
  --seed N       one day alone
  --trace        every call and event of the day, in order
  --mutant NAME  with a planted bug: ${mutants.map(({ name }) => name).join(", ")}
  --json         one line of JSON at the end
Exits 0 when nothing was broken, 1 when something was, 2 for a flag that is not known.`;

process.exitCode = await main(process.argv.slice(2));

async function main(given: readonly string[]): Promise<number> {
  const flags = readFlags(given);
  if (typeof flags === "string") {
    console.error(flags);
    return 2;
  }
  if (flags.help) {
    console.log(help);
    return 0;
  }
  const total = { days: 0, orders: 0, fills: 0, crashes: 0, faults: 0, broken: 0 };
  const started = { ms: performance.now(), cpu: process.cpuUsage() };
  let toldMs = started.ms;
  for (let seed = flags.from; seed < flags.from + flags.seeds; seed++) {
    const trace = flags.trace ? { trace: (line: string) => console.log(line) } : {};
    const day = await simulateDay(seed, { mutant: flags.mutant, ...trace });
    total.days++;
    for (const key of ["orders", "fills", "crashes", "faults"] as const) total[key] += day[key];
    if (day.violations.length > 0) {
      total.broken++;
      tellBroken(day, flags.mutant?.name);
    }
    if (!flags.json && performance.now() - toldMs > 10_000) {
      toldMs = performance.now();
      console.log(`${total.days} of ${flags.seeds} days, ${total.orders} orders, ${total.broken} broken`);
    }
  }
  const seconds = (performance.now() - started.ms) / 1000;
  const cpuSeconds = process.cpuUsage(started.cpu).user / 1e6;
  const speed = {
    seconds: round(seconds),
    daysPerSecond: round(total.days / seconds),
    daysPerCpuSecond: round(total.days / cpuSeconds),
  };
  if (flags.json) console.log(JSON.stringify({ ...total, ...speed }));
  else {
    console.log(
      `${total.days} days, ${total.orders} orders, ${total.fills} fills, ${total.crashes} crashes, ${total.faults} failed calls: ` +
        `${total.broken} days broken. ${speed.daysPerSecond} days a second, ${speed.daysPerCpuSecond} a second of processor time.`,
    );
  }
  return total.broken === 0 ? 0 : 1;
}

function tellBroken({ seed, day, violations }: DayResult, mutant: string | undefined): void {
  console.error(
    `seed ${seed} (${day}) is broken; npm run simulate -- --seed ${seed}${mutant ? ` --mutant ${mutant}` : ""} --trace shows how:`,
  );
  for (const { invariant, what } of violations.slice(0, 5)) console.error(`  invariant ${invariant}: ${what}`);
  if (violations.length > 5) console.error(`  and ${violations.length - 5} more`);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function readFlags(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        seeds: { type: "string", default: "1000" },
        from: { type: "string", default: "1" },
        seed: { type: "string" },
        trace: { type: "boolean", default: false },
        mutant: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    const numbers = { seeds: values.seed === undefined ? values.seeds : "1", from: values.seed ?? values.from };
    for (const [name, text] of Object.entries(numbers)) {
      if (!/^\d{1,9}$/.test(text)) return `--${name}: ${text} is not a whole number`;
    }
    const mutant = mutants.find(({ name }) => name === values.mutant);
    if (values.mutant !== undefined && mutant === undefined) {
      return `--mutant: ${values.mutant} is none of ${mutants.map(({ name }) => name).join(", ")}`;
    }
    const { trace, json, help: helpAsked } = values;
    return { seeds: Number(numbers.seeds), from: Number(numbers.from), mutant, trace, json, help: helpAsked };
  } catch (failure) {
    return failure instanceof Error ? failure.message : String(failure);
  }
}
