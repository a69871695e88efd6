// What the history of executions must do, in numbered cases, over the memory table and over Azure's.
import { describe, expect, test } from "vitest";
import { runIdOf } from "../../src/core/model/ids.ts";
import type { ExecutionRecord, RunSummary } from "../../src/core/model/run.ts";
import { addMs, dayMs, type Instant, minuteMs } from "../../src/core/model/time.ts";
import { planRun } from "../../src/core/planning/planRun.ts";
import { endedRecord } from "../../src/core/reporting/executionRecord.ts";
import { tradingDayOf } from "../../src/core/schedule/tradingCalendar.ts";
import type { ExecutionFilter, ExecutionRepository } from "../../src/ports/stores.ts";
import { day, exampleInputs, exampleMarket } from "../core/examples.ts";
import { at } from "../support/memoryStack.ts";
import { storeKinds } from "./storeKinds.ts";

const slot = at("2026-06-15T13:35:00Z");
const record = (when: Instant, more: Partial<ExecutionRecord> = {}): ExecutionRecord => ({
  ...endedRecord({
    executionId: runIdOf(more.taskId ?? "example", when),
    taskId: "example",
    slot: when,
    mode: "paper",
    status: "skipped",
    code: "WINDOW_CLOSED",
    reason: "closed",
    at: when,
  }),
  ...more,
});
/** What a run says that judged orders for these symbols. */
const judging = (...symbols: readonly string[]): Pick<ExecutionRecord, "verdicts"> => {
  const [verdict] = planRun(exampleInputs()).verdicts;
  if (verdict === undefined) throw new Error("the example plans nothing");
  return { verdicts: symbols.map((symbol) => ({ ...verdict, intent: { ...verdict.intent, symbol } })) };
};
/** The slots of a page, as `06-15 13:35`. */
const listed = async (executions: ExecutionRepository, filter: Partial<ExecutionFilter>): Promise<string[]> =>
  (await executions.list({ limit: 100, ...filter })).items.map((item) => item.slot.slice(5, 16).replace("T", " "));

/** All pages of a list, each as long as it came. */
async function pages(
  executions: ExecutionRepository,
  filter: ExecutionFilter,
  between: () => Promise<void> = async () => undefined,
): Promise<(readonly RunSummary[])[]> {
  const got: (readonly RunSummary[])[] = [];
  let cursor: string | undefined;
  do {
    const page = await executions.list({ ...filter, ...(cursor === undefined ? {} : { cursor }) });
    got.push(page.items);
    cursor = page.cursor;
    await between();
  } while (cursor !== undefined);
  return got;
}

describe.each(storeKinds())("%s executions", (_, open) => {
  test("S-09 begins a run once", async () => {
    const { executions } = open().stores;
    const running = record(slot, { status: "running" });
    expect(await executions.begin(running)).toBe(true);
    expect(await executions.begin(running)).toBe(false);
    expect(await executions.get(running.executionId)).toEqual(running);
    expect((await executions.list({ limit: 5 })).items).toMatchObject([{ status: "running" }]);
  });

  test("S-10 keeps the first final record, in the history too", async () => {
    const { executions } = open().stores;
    await executions.begin(record(slot, { status: "running" }));
    expect(await executions.finish(record(slot, { status: "succeeded", reason: "first" }))).toBe("finished");
    expect(await executions.finish(record(slot, { status: "failed", reason: "second" }))).toBe("ended");
    expect(await executions.get(runIdOf("example", slot))).toMatchObject({ status: "succeeded", reason: "first" });
    expect((await executions.list({ limit: 5 })).items).toMatchObject([{ status: "succeeded" }]);
  });

  test("S-10 refuses the record of a worker that does not know that another took the run up", async () => {
    const { executions } = open().stores;
    const running = record(slot, { status: "running" });
    expect(await executions.resume(running.executionId)).toBeUndefined();
    await executions.begin(running);
    const marked = { ...running, resumed: true };
    expect(await executions.resume(running.executionId)).toEqual(marked);
    expect(await executions.resume(running.executionId)).toEqual(marked);
    expect(await executions.finish(record(slot, { status: "succeeded" }))).toBe("resumed");
    expect(await executions.get(running.executionId)).toEqual(marked);
    const final = record(slot, { status: "partial", resumed: true });
    expect(await executions.finish(final)).toBe("finished");
    expect(await executions.resume(running.executionId)).toEqual(final);
  });

  test("S-11 stores a plan with its inputs once, and gives back what makes the same plan", async () => {
    const { executions } = open().stores;
    const inputs = exampleInputs();
    const plan = planRun(inputs);
    expect(await executions.loadPlan(plan.runId)).toBeUndefined();
    expect(await executions.savePlan(plan, inputs)).toBe(true);
    expect(await executions.savePlan({ ...plan, tickets: [] }, inputs)).toBe(false);
    const stored = await executions.loadPlan(plan.runId);
    expect(stored?.plan).toEqual(plan);
    expect(JSON.stringify(stored === undefined ? "" : planRun(stored.inputs))).toBe(JSON.stringify(plan));
  });

  test("S-12 lists newest first over years, by task, status, symbol, day and slot, each alone and all together", async () => {
    const { executions } = open().stores;
    // New York's last day of the year ends five hours into the next one.
    const first = at("2026-12-30T15:00:00Z");
    const all = Array.from({ length: 18 }, (_, index) =>
      record(addMs(first, index * 3.5 * 60 * minuteMs), {
        taskId: index % 2 === 0 ? "even" : "odd",
        status: index % 3 === 0 ? "failed" : "skipped",
        ...judging(...["AAA", "BBB"].filter((_symbol, bit) => (index & (1 << bit)) !== 0)),
      }),
    );
    for (const each of all) await executions.finish(each);
    const newest = all.toReversed();
    const fits = ({ taskId, status, verdicts, slot: when }: ExecutionRecord, of: Partial<ExecutionFilter>): boolean =>
      (of.taskId ?? taskId) === taskId &&
      (of.status ?? status) === status &&
      (of.symbol === undefined || verdicts.some(({ intent }) => intent.symbol === of.symbol)) &&
      (of.day ?? tradingDayOf(when)) === tradingDayOf(when) &&
      (of.from ?? when) <= when &&
      when <= (of.to ?? when);
    for (const taskId of [undefined, "even", "nobody"])
      for (const status of [undefined, "failed"] as const)
        for (const symbol of [undefined, "AAA"])
          for (const place of [{}, { day: day("2026-12-31") }, { from: all[4]?.slot, to: all[11]?.slot }]) {
            const filter = Object.fromEntries(
              Object.entries({ taskId, status, symbol, ...place }).filter(([, value]) => value !== undefined),
            );
            const got = (await pages(executions, { limit: 4, ...filter })).flat();
            const expected = newest.filter((each) => fits(each, filter));
            expect([filter, got.map(({ executionId }) => executionId)]).toEqual([
              filter,
              expected.map(({ executionId }) => executionId),
            ]);
          }
  });

  test("S-20 gives pages that are full while there are more, and a cursor that only this list made", async () => {
    const { executions } = open().stores;
    for (let minute = 0; minute < 7; minute++) await executions.finish(record(addMs(slot, minute * minuteMs)));
    expect((await pages(executions, { limit: 3 })).map((page) => page.length)).toEqual([3, 3, 1]);
    expect((await pages(executions, { limit: 7 })).map((page) => page.length)).toEqual([7]);
    await expect(executions.list({ limit: 3, cursor: "made-up" })).rejects.toMatchObject({ name: "ConfigError" });
  });

  test("S-21 shows in later pages no run that is new, and every run that was there, whatever becomes of it", async () => {
    const { executions } = open().stores;
    const old = Array.from({ length: 6 }, (_, index) => record(addMs(slot, index * minuteMs), { status: "running" }));
    for (const each of old) await executions.begin(each);
    let later = addMs(slot, dayMs);
    const got = await pages(executions, { limit: 2 }, async () => {
      later = addMs(later, minuteMs);
      await executions.finish(record(later));
      for (const each of old) await executions.finish({ ...each, status: "succeeded" });
    });
    expect(got.flat().map(({ executionId }) => executionId)).toEqual(
      old.toReversed().map(({ executionId }) => executionId),
    );
  });

  test("S-22 lists a run under what it has become alone, and under each symbol that it came to", async () => {
    const { executions } = open().stores;
    const running = record(slot, { status: "running" });
    await executions.begin(running);
    await executions.finish({ ...running, status: "partial", ...judging("AAA") });
    await executions.amend(running.executionId, (standing) => ({
      ...standing,
      status: "succeeded",
      ...judging("AAA", "BBB"),
    }));
    const here = ["06-15 13:35"];
    expect(await listed(executions, { status: "running" })).toEqual([]);
    expect(await listed(executions, { status: "partial" })).toEqual([]);
    expect(await listed(executions, { status: "succeeded" })).toEqual(here);
    expect(await listed(executions, { symbol: "AAA" })).toEqual(here);
    expect(await listed(executions, { symbol: "BBB" })).toEqual(here);
    expect(await listed(executions, { symbol: "A" })).toEqual([]);
  });

  test("S-23 takes a run out of the history with all that belongs to it, but no outstanding one", async () => {
    const { executions } = open().stores;
    const inputs = exampleInputs();
    const plan = planRun(inputs);
    const begun = record(slot, { executionId: plan.runId, status: "running", endedAt: null, ...judging("AAA") });
    await executions.begin(begun);
    await executions.savePlan(plan, inputs);
    expect(await executions.remove(begun)).toBe(false);
    expect(await executions.get(plan.runId)).toEqual(begun);
    await executions.finish({ ...begun, status: "succeeded", endedAt: slot });
    await executions.finish(record(addMs(slot, minuteMs), judging("AAA")));
    await executions.settle({ ...begun, executionId: plan.runId });
    expect([await executions.remove(begun), await executions.remove(begun)]).toEqual([true, true]);
    expect(await executions.get(plan.runId)).toBeUndefined();
    expect(await executions.loadPlan(plan.runId)).toBeUndefined();
    for (const filter of [{}, { taskId: "example" }, { symbol: "AAA" }])
      expect(await listed(executions, filter)).toEqual(["06-15 13:36"]);
    expect(await listed(executions, { status: "succeeded" })).toEqual([]);
  });

  test("S-16 stores a plan on more bars than a row holds, each delivery's inputs apart", async () => {
    const { stores, tableOf } = open();
    const { executions } = stores;
    const symbols = Array.from({ length: 150 }, (_, index) => `S${index}`);
    const market = exampleMarket(Object.fromEntries(symbols.map((symbol) => [symbol, 100])));
    let state = 1;
    const noise = (column: Float64Array): Float64Array =>
      Float64Array.from({ length: 250 }, (_, index) => {
        state = (state * 48271) % 2147483647;
        return (column[index % column.length] ?? 0) + state / 2147483647;
      });
    const bars = market.bars.map((series) => ({
      symbol: series.symbol,
      timeframe: series.timeframe,
      timeMs: noise(series.timeMs).map(Math.floor),
      open: noise(series.open),
      high: noise(series.high),
      low: noise(series.low),
      close: noise(series.close),
      volume: noise(series.volume),
    }));
    const inputs = exampleInputs({ market: { ...market, bars } });
    const later = { ...inputs, asOf: addMs(inputs.asOf, 1) };
    const plan = planRun(inputs);
    expect(await executions.savePlan(plan, inputs)).toBe(true);
    expect(await executions.savePlan(planRun(later), later)).toBe(false);
    expect(await executions.loadPlan(plan.runId)).toEqual({ plan, inputs });
    // As if the first delivery had died before its plan was stored.
    await tableOf("TradewindExecutions").delete(plan.runId, "plan");
    expect(await executions.savePlan(planRun(later), later)).toBe(true);
    expect((await executions.loadPlan(plan.runId))?.inputs.asOf).toBe(later.asOf);
  });

  test("S-17 names a run as outstanding from its start until it is settled, oldest first", async () => {
    const { executions } = open().stores;
    const names = async () => (await executions.outstanding()).map(({ executionId }) => executionId);
    const [late, early] = [addMs(slot, 5 * minuteMs), slot].map((when) => record(when, { startedAt: when }));
    if (late === undefined || early === undefined) throw new Error("two records");
    await executions.begin({ ...late, status: "running", endedAt: null });
    await executions.begin({ ...early, status: "running", endedAt: null });
    expect(await names()).toEqual([early.executionId, late.executionId]);
    expect((await executions.outstanding())[0]).toEqual({
      executionId: early.executionId,
      taskId: early.taskId,
      account: early.account,
      startedAt: slot,
    });
    await executions.settle(early);
    await executions.settle(early);
    expect(await names()).toEqual([late.executionId]);
  });

  test("S-17 keeps a run outstanding whose record has gone on since it was seen to be settled", async () => {
    const { executions } = open().stores;
    const seen = record(slot);
    await executions.begin({ ...seen, status: "running", endedAt: null });
    await executions.finish(seen);
    const event = { at: slot, clientOrderId: "tw.AAA", state: "new", detail: "" };
    await executions.amend(seen.executionId, (stored) => ({ ...stored, events: [...stored.events, event] }));
    await executions.settle(seen);
    expect(await executions.outstanding()).toMatchObject([{ executionId: seen.executionId }]);
    await executions.settle({ ...seen, events: [...seen.events, event] });
    expect(await executions.outstanding()).toEqual([]);
  });

  test("S-18 loses no change of a final record when many amend it at once, in the history neither", async () => {
    const { executions } = open().stores;
    const final = record(slot);
    await executions.begin({ ...final, status: "running", endedAt: null });
    await executions.finish(final);
    const add = (name: string) =>
      executions.amend(final.executionId, (stored) => ({
        ...stored,
        reason: `${stored.reason}${name}`,
        ordersFilled: stored.ordersFilled + 1,
      }));
    await Promise.all([add("a"), add("b"), add("c")]);
    const amended = await executions.get(final.executionId);
    expect(amended?.ordersFilled).toBe(final.ordersFilled + 3);
    expect([...(amended?.reason.slice(final.reason.length) ?? "")].sort()).toEqual(["a", "b", "c"]);
    const { items } = await executions.list({ limit: 5 });
    expect(items).toMatchObject([{ executionId: final.executionId, reason: amended?.reason }]);
  });

  test("S-13 names table, keys and faults of a row it cannot read", async () => {
    const { stores, tableOf } = open();
    const bad = { partitionKey: "some@run", rowKey: "record", columns: { schemaVersion: 1 }, payload: { slot: 7 } };
    await tableOf("TradewindExecutions").put(bad);
    await expect(stores.executions.get("some@run")).rejects.toMatchObject({
      code: "UNREADABLE_ROW",
      message: expect.stringContaining("TradewindExecutions some@run record"),
    });
  });
});
