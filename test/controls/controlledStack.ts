// What the cases of the controls share: an app that trades two symbols, what disturbs it, and what the API then tells.
import { afterEach, expect } from "vitest";
import type { AppPorts } from "../../src/app/app.ts";
import { automationConfigSchema } from "../../src/core/model/automation.ts";
import { price, qty } from "../../src/core/model/money.ts";
import type { MonitorState } from "../../src/core/model/monitor.ts";
import type { OrderTicket } from "../../src/core/model/order.ts";
import type { ExecutionRecord, RunPlan } from "../../src/core/model/run.ts";
import type { MarketTape } from "../../src/simulator/marketTape.ts";
import { openApiClient } from "../support/apiClient.ts";
import { exampleConfig, type MemoryStack, runInMemory } from "../support/memoryStack.ts";

/** The app of the test that is under way. */
export let stack: MemoryStack;
afterEach(() => stack.stop());

type Given = {
  readonly limits?: object;
  readonly task?: object;
  readonly now?: string;
  readonly symbols?: readonly string[];
  readonly ports?: Partial<AppPorts>;
  readonly market?: (seeded: MarketTape) => MarketTape;
};

/** A task that wishes ten shares of AAA and of BBB, in an account of 100,000 dollars, a minute before its slot. */
export async function open({ limits = {}, task = {}, ...rest }: Given = {}): Promise<void> {
  const { automation, tasks } = exampleConfig(["AAA", "BBB"]);
  const sizing = { method: "fixedQuantity", qty: 10, rebalanceBandFraction: 0 };
  const config = automationConfigSchema.parse({
    automation: { ...automation, risk_limits: { ...automation.risk_limits, ...limits } },
    tasks: tasks.map((each) => ({ ...each, sizing, ...task })),
  });
  stack = await runInMemory({ config, ...rest });
}

/** What stands in the record of the next run, as an operator reads it: its end, and each code as `AAA CODE`. */
export async function run(): Promise<readonly string[]> {
  const { executionId } = await stack.runNextSlot();
  return read(executionId);
}

export async function read(executionId: string): Promise<readonly string[]> {
  const { body } = await openApiClient(stack.app)("GET", `/scheduler/executions/${encodeURIComponent(executionId)}`);
  const { status, code, excluded, verdicts, outcomes }: ExecutionRecord = body;
  return [
    status === "skipped" ? `skipped ${code}` : [],
    excluded.map((each) => `${each.symbol} ${each.code}`),
    verdicts.flatMap((each) => (each.code === undefined ? [] : [`${each.intent.symbol} ${each.code}`])),
    outcomes.flatMap((each) => (each.kind === "withheld" ? [`${each.ticket.symbol} withheld ${each.code}`] : [])),
    outcomes.flatMap((each) => (each.kind === "unknown" ? [`${each.ticket.symbol} unknown: ${each.message}`] : [])),
  ].flat();
}
export const both = (code: string): readonly string[] => [`AAA ${code}`, `BBB ${code}`];

export async function tickAt(slot: string): Promise<void> {
  stack.setNow(slot);
  await stack.app.scheduler.tick("timer");
}

/** Does something once the plan of the next run is stored, before its first order. */
export function afterPlan(act: (plan: RunPlan) => unknown): void {
  const { executions } = stack.app;
  const savePlan = executions.savePlan.bind(executions);
  const saveAndAct: typeof savePlan = async (plan, inputs) => {
    const saved = await savePlan(plan, inputs);
    await act(plan);
    return saved;
  };
  Object.assign(executions, { savePlan: saveAndAct });
}

/** Sends an order past the app: what a person does at the broker, or an earlier run that left no record. */
export async function order(side: "buy" | "sell", count: number, changes: Partial<OrderTicket> = {}): Promise<void> {
  const { kind } = await stack.ports.broker.submit({
    clientOrderId: "by-hand",
    stage: 1,
    strategy: "none",
    symbol: "AAA",
    side,
    qty: qty(count),
    type: "market",
    timeInForce: "day",
    referencePrice: price(40),
    ...changes,
  });
  expect(kind).toBe("accepted");
}

/** What the monitor remembers, with something else in its place. */
export async function remember(changes: Partial<MonitorState>): Promise<void> {
  await stack.app.realtimeMonitor.check();
  const watched = await stack.ports.monitor.read();
  if (watched === undefined) throw new Error("the monitor remembers nothing");
  expect(await stack.ports.monitor.write({ ...watched.state, ...changes }, watched.etag)).toBe(true);
}

/** AAA at another price, from when `factor` answers another number than 1. */
export const movedBy =
  (factor: () => number) =>
  (seeded: MarketTape): MarketTape => ({
    ...seeded,
    lastTrade: (symbol, ms) => {
      const trade = seeded.lastTrade(symbol, ms);
      return trade && symbol === "AAA" ? { ...trade, price: trade.price * factor() } : trade;
    },
  });

export const staleBy = (minutes: number) =>
  stack.simulator.arm({ kind: "staleQuotes", path: "/v2/stocks/snapshots", ageMs: minutes * 60_000 });
