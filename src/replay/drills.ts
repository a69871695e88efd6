// The drills: an incident each, with the alert that must come and the lines of the runbook that must work, played as they are written there.
import alerts from "../../infra/alerts.json" with { type: "json" };
import { createDrillStack, type DrillStack } from "./drillStack.ts";

/** One step: what is done or must be seen, and whether it was; `false`, what was seen instead, or a throw fails the drill. */
export type DrillStep = { readonly what: string; readonly work: (stack: DrillStack) => Promise<boolean | string> };
export type Drill = {
  readonly about: string;
  /** The headings in docs/runbook.md that it plays. */
  readonly procedures: readonly string[];
  /** The rule of infra/alerts.json, and so the entry of the runbook, that is to wake people. */
  readonly alert: keyof typeof alerts.metrics;
  readonly steps: readonly DrillStep[];
};

const must = (what: string, work: DrillStep["work"]): DrillStep => ({ what, work });
/** Done to the stack; it fails by throwing alone. */
const act = (what: string, work: (stack: DrillStack) => unknown): DrillStep => ({
  what,
  work: async (stack) => {
    await work(stack);
    return true;
  },
});
export const prompt = "npm run tradewind -- ";
/** A line of the runbook, what it must print, and how it must end. */
const line = (command: string, seen: RegExp, exitCode = 0): DrillStep => ({
  what: `${prompt}${command}`,
  work: async ({ shell }) => {
    const said = await shell.run(command);
    return (said.exitCode === exitCode && seen.test(said.output)) || `ended with ${said.exitCode}: ${said.output}`;
  },
});

const isWell = async ({ app }: DrillStack, name: string): Promise<boolean> =>
  (await app.healthService.ready()).checks.some((check) => check.name === name && check.ok);
const isTold = ({ told }: DrillStack, words: string): boolean =>
  told.some(({ title, text }) => `${title} ${text}`.includes(words));

const nothingSent = must("no order has reached the broker", async (stack) => stack.ordersAtBroker() === 0);
const peopleAreTold = (words: string): DrillStep => must("people are told", async (stack) => isTold(stack, words));
const alertCounts = (name: Drill["alert"]): DrillStep =>
  must(`the metric of the alert ${name} counts it`, async ({ counted }) => counted(alerts.metrics[name].metric) > 0);
const runIsReplayed: readonly DrillStep[] = [
  line("tasks run demo-trend --dry-run", /AAA/),
  line('tasks run demo-trend --wait --reason "replays the dead letter of 14:00"', /succeeded/),
  must("its orders are at the broker", async (stack) => stack.ordersAtBroker() > 0),
];

export const drills: Readonly<Record<string, Drill>> = {
  brokerDown: {
    about: "The broker answers nothing for a while.",
    procedures: ["Replay a dead letter"],
    alert: "runs-failed",
    steps: [
      act("the broker stops answering", ({ world }) =>
        world.alpaca.arm({ kind: "dropBeforeEffect", count: 1_000_000 }),
      ),
      must("readiness names it", async (stack) => !(await isWell(stack, "broker.account"))),
      line("preflight", /NO GO {2}account/, 1),
      must("the next run is tried again, and ends as BROKER_UNAVAILABLE", async (stack) => {
        const record = await stack.nextSlot();
        return record?.status === "failed" && record.code === "BROKER_UNAVAILABLE";
      }),
      peopleAreTold("BROKER_UNAVAILABLE"),
      alertCounts("runs-failed"),
      nothingSent,
      act("the broker answers again", ({ world }) => world.alpaca.faults.clear()),
      must("readiness is well", (stack) => isWell(stack, "broker.account")),
      line("executions list --status failed --limit 20", /demo-trend@20260615T140000Z.*BROKER_UNAVAILABLE/),
      line("executions show demo-trend@20260615T140000Z", /BROKER_UNAVAILABLE/),
      ...runIsReplayed,
      must("people are told that it is over", async (stack) => isTold(stack, "Recovered: Drill")),
    ],
  },
  queuePoison: {
    about: "A message that no version of the app can read lies on the runs queue.",
    procedures: ["Replay a dead letter"],
    alert: "dead-letters",
    steps: [
      act("the message comes, and is delivered until the queue gives it up", (stack) => stack.poison()),
      peopleAreTold("UNREADABLE_MESSAGE"),
      alertCounts("dead-letters"),
      must("the queue holds no dead letter any more", async ({ world }) => world.queues.dead.length === 0),
      nothingSent,
      line("executions list --status failed --limit 20", /UNREADABLE_MESSAGE/),
      ...runIsReplayed,
    ],
  },
  clockSkew: {
    about: "This machine's clock and the broker's are a minute and a half apart.",
    procedures: ["clock-skew", "Replay a dead letter"],
    alert: "clock-skew",
    steps: [
      act("the clocks part", ({ world }) => world.alpaca.arm({ kind: "clockSkew", skewMs: 90_000, count: 1_000_000 })),
      must("readiness names it", async (stack) => !(await isWell(stack, "broker.clock"))),
      line("preflight", /NO GO {2}clock +90000 ms/, 1),
      must("the next run is skipped as CLOCK_SKEW", async (stack) => (await stack.nextSlot())?.code === "CLOCK_SKEW"),
      peopleAreTold("CLOCK_SKEW"),
      alertCounts("clock-skew"),
      nothingSent,
      line("executions show demo-trend@20260615T140000Z", /CLOCK_SKEW/),
      act("the clocks agree again", ({ world }) => world.alpaca.faults.clear()),
      line("preflight", /ok +clock.*\nGO for 2026-06-15/s),
      must("the next slot trades by itself", async (stack) => (await stack.nextSlot())?.status === "succeeded"),
      must("its orders are at the broker", async (stack) => stack.ordersAtBroker() > 0),
    ],
  },
  killSwitch: {
    about: "Orders must stop now.",
    procedures: ["Halt now", "Resume"],
    alert: "trading-restricted",
    steps: [
      line('halt --reason "orders nobody expects"', /halted/),
      line("status", /halted.*orders nobody expects/s),
      must("the next slot ends with the halt as its reason", async (stack) => {
        const record = await stack.nextSlot();
        return record !== undefined && record.status !== "succeeded" && record.reason.includes("orders nobody expects");
      }),
      peopleAreTold("orders nobody expects"),
      alertCounts("trading-restricted"),
      nothingSent,
      line("events --limit 20", /halt.*orders nobody expects/s),
      line("preflight", /NO GO {2}automation +halted/, 1),
      line('resume --actor ann --reason "the feed is right again"', /running/),
      line("preflight", /ok +automation.*\nGO for 2026-06-15/s),
      must("the next slot trades by itself", async (stack) => (await stack.nextSlot())?.status === "succeeded"),
      must("its orders are at the broker", async (stack) => stack.ordersAtBroker() > 0),
    ],
  },
};

/** Plays a drill step by step, and stops at the first that fails; whether all were shown. */
export async function playDrill(
  { about, procedures, alert, steps }: Drill,
  print: (line: string) => void,
  open: () => Promise<DrillStack> = createDrillStack,
): Promise<boolean> {
  print(about);
  const stack = await open();
  for (const { what, work } of steps) {
    const seen = await work(stack).catch((failure: unknown) => String(failure));
    if (seen !== true) {
      print(`  FAILED  ${what}: ${seen || "was not seen"}`);
      return false;
    }
    print(`  ok      ${what}`);
  }
  print(
    `docs/runbook.md works: ${procedures.map((name) => `"${name}"`).join(" and ")}, told of by the alert ${alert}.`,
  );
  return true;
}
