// The drills: an incident each, with the alert that must come and the step of the runbook that must work.
import type { Light } from "../core/operations/preflightFacts.ts";
import { createDrillStack, type DrillStack } from "./drillStack.ts";

/** One step: what is done or must be seen, and whether it was; `false` or a throw fails the drill. */
export type DrillStep = { readonly what: string; readonly work: (stack: DrillStack) => Promise<boolean> };
export type Drill = {
  readonly about: string;
  /** The heading in docs/runbook.md that it plays. */
  readonly procedure: string;
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

const light = async ({ app }: DrillStack, name: string): Promise<Light | undefined> =>
  (await app.preflightService.judge()).items.find((item) => item.name === name)?.light;
const isWell = async ({ app }: DrillStack, name: string): Promise<boolean> =>
  (await app.healthService.ready()).checks.some((check) => check.name === name && check.ok);
const isTold = ({ told }: DrillStack, code: string): boolean =>
  told.some(({ severity, title, text }) => severity !== "info" && `${title} ${text}`.includes(code));

const nothingSent = must("no order has reached the broker", async (stack) => stack.ordersAtBroker() === 0);
const tradesAgain = (what: string): DrillStep =>
  must(`${what}: its orders are accepted`, async (stack) => {
    const record = await stack.runByHand("replays what the incident stopped");
    return record?.status === "succeeded" && stack.ordersAtBroker() > 0;
  });

export const drills: Readonly<Record<string, Drill>> = {
  brokerDown: {
    about: "The broker answers nothing for a while.",
    procedure: "Replay a dead letter",
    steps: [
      act("the broker stops answering", ({ world }) =>
        world.alpaca.arm({ kind: "dropBeforeEffect", count: 1_000_000 }),
      ),
      must("readiness names it", async (stack) => !(await isWell(stack, "broker.account"))),
      must("the preflight is no-go for the account", async (stack) => (await light(stack, "account")) === "red"),
      must("the next run is tried again, and ends as BROKER_UNAVAILABLE", async (stack) => {
        const record = await stack.nextSlot();
        return record?.status === "failed" && record.code === "BROKER_UNAVAILABLE";
      }),
      must("people are told", async (stack) => isTold(stack, "BROKER_UNAVAILABLE")),
      nothingSent,
      act("the broker answers again", ({ world }) => world.alpaca.faults.clear()),
      must("readiness is well", (stack) => isWell(stack, "broker.account")),
      tradesAgain("tasks run drill"),
    ],
  },
  queuePoison: {
    about: "A message that no version of the app can read lies on the runs queue.",
    procedure: "Replay a dead letter",
    steps: [
      act("the message comes, and is delivered until the queue gives it up", (stack) => stack.poison()),
      must("it ends as a failed execution that says so", async ({ app }) => {
        const { items } = await app.executions.list({ limit: 10, status: "failed" });
        return items.some(({ code }) => code === "UNREADABLE_MESSAGE");
      }),
      must("people are told", async (stack) => isTold(stack, "UNREADABLE_MESSAGE")),
      must("the queue holds no dead letter any more", async ({ world }) => world.queues.dead.length === 0),
      nothingSent,
      tradesAgain("tasks run drill, through the same queue"),
    ],
  },
  clockSkew: {
    about: "This machine's clock and the broker's are a minute and a half apart.",
    procedure: "Resume",
    steps: [
      act("the clocks part", ({ world }) => world.alpaca.arm({ kind: "clockSkew", skewMs: 90_000, count: 1_000_000 })),
      must("readiness names it", async (stack) => !(await isWell(stack, "broker.clock"))),
      must("the preflight is no-go for the clock", async (stack) => (await light(stack, "clock")) === "red"),
      must("the next run is skipped as CLOCK_SKEW", async (stack) => (await stack.nextSlot())?.code === "CLOCK_SKEW"),
      must("people are told", async ({ told }) =>
        told.some(({ title, text }) => `${title} ${text}`.includes("CLOCK_SKEW")),
      ),
      nothingSent,
      act("the clocks agree again", ({ world }) => world.alpaca.faults.clear()),
      must("the preflight is green for the clock", async (stack) => (await light(stack, "clock")) === "green"),
      tradesAgain("tasks run drill"),
    ],
  },
  killSwitch: {
    about: "Orders must stop now.",
    procedure: "Halt now",
    steps: [
      act("halt --reason …", (stack) => stack.switch("halt", "orders nobody expects")),
      must("status says who and why", async ({ app }) => {
        const { tradingState, reason } = await app.schedulerService.status();
        return tradingState === "halted" && reason === "orders nobody expects";
      }),
      must("the preflight is no-go for the automation", async (stack) => (await light(stack, "automation")) === "red"),
      must("the next slot ends with the halt as its reason", async (stack) => {
        const record = await stack.nextSlot();
        return record !== undefined && record.status !== "succeeded" && record.reason.includes("orders nobody expects");
      }),
      must("people are told", async ({ told }) =>
        told.some(({ text, title }) => `${title} ${text}`.includes("orders nobody expects")),
      ),
      nothingSent,
      act("resume --reason …", (stack) => stack.switch("resume", "understood")),
      must("both changes are in the events", async ({ app }) => {
        const actions = (await app.control.events({ limit: 10 })).items.map(({ action }) => action);
        return actions.includes("halt") && actions.includes("resume");
      }),
      tradesAgain("tasks run drill"),
    ],
  },
};

/** Plays a drill step by step, and stops at the first that fails; whether all were shown. */
export async function playDrill(
  { about, procedure, steps }: Drill,
  print: (line: string) => void,
  open: () => Promise<DrillStack> = createDrillStack,
): Promise<boolean> {
  print(about);
  const stack = await open();
  for (const { what, work } of steps) {
    const failure = await work(stack).then(
      (shown) => (shown ? undefined : "was not seen"),
      (reason: unknown) => String(reason),
    );
    print(failure === undefined ? `  ok      ${what}` : `  FAILED  ${what}: ${failure}`);
    if (failure !== undefined) return false;
  }
  print(`The procedure "${procedure}" of docs/runbook.md works.`);
  return true;
}
