// Bars as they can be known at an instant.
import { describe, expect, test } from "vitest";
import { dayBar, knownBars, parseTimeframe } from "../../src/simulator/bars.ts";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import { midnightOf, sessionOfDay } from "../../src/simulator/sessions.ts";
import { atNewYork, monday } from "./exampleMarket.ts";

const tape = createSeededTape({ seed: 5, fromDay: "2026-01-02", symbols: [{ symbol: "AAPL", startPrice: 100 }] });
const nowMs = atNewYork("11:17:42");
const bars = (timeframe: string, fromMs: number, toMs = nowMs) => {
  const parsed = parseTimeframe(timeframe);
  return parsed === undefined ? [] : knownBars(tape, "AAPL", parsed, { fromMs, toMs, nowMs });
};
const starts = (timeframe: string, fromMs: number, toMs?: number) =>
  bars(timeframe, fromMs, toMs).map(({ startMs }) => startMs);

test.each(["1Min", "5T", "59Min", "1Hour", "23H", "1Day", "1D", "1Week", "12Month"])("%s is a timeframe", (text) => {
  expect(parseTimeframe(text)).toBeDefined();
});
test.each(["", "0Min", "60Min", "24Hour", "2Day", "2Week", "5Month", "1min", "Min", "1.5Hour"])(
  '"%s" is none',
  (text) => {
    expect(parseTimeframe(text)).toBeUndefined();
  },
);

describe("never the future", () => {
  test("the last minute is the last one that is over", () => {
    expect(starts("1Min", atNewYork("11:15:00"))).toEqual([atNewYork("11:15:00"), atNewYork("11:16:00")]);
  });

  test("a range beyond the present ends at the present", () => {
    expect(bars("1Min", midnightOf(monday), nowMs + 86_400_000)).toEqual(bars("1Min", midnightOf(monday)));
  });

  test("today's bar is made of the minutes so far, and so is the bar of the hour and the week", () => {
    const minutes = bars("1Min", midnightOf(monday));
    const [today] = bars("1Day", midnightOf(monday));
    expect(today).toMatchObject({ open: minutes[0]?.open, close: minutes.at(-1)?.close, startMs: midnightOf(monday) });
    expect(today?.volume).toBe(minutes.reduce((sum, { volume }) => sum + volume, 0));
    expect(bars("1Hour", atNewYork("11:00:00"))[0]).toMatchObject({ close: minutes.at(-1)?.close });
    expect(bars("1Week", midnightOf(monday))[0]).toMatchObject({ close: minutes.at(-1)?.close, volume: today?.volume });
  });

  test("there is no bar of the day before its first minute is over", () => {
    const session = sessionOfDay(monday);
    if (session === undefined) throw new Error("no session");
    expect(dayBar(tape, "AAPL", session, session.openMs + 59_999)).toBeUndefined();
    expect(dayBar(tape, "AAPL", session, session.openMs + 60_000)).toBeDefined();
    expect(dayBar(tape, "AAPL", session, session.closeMs)).toEqual(tape.dailyBars("AAPL", monday, monday)[0]);
  });
});

test("days are stamped midnight in New York, in winter and in summer", () => {
  const [winter, summer] = [midnightOf("2026-01-05"), midnightOf("2026-06-01")];
  expect(starts("1Day", winter, winter)).toEqual([Date.parse("2026-01-05T05:00:00Z")]);
  expect(starts("1Day", summer, summer)).toEqual([Date.parse("2026-06-01T04:00:00Z")]);
});

test("aggregates cover their minutes, even when the range ends inside them", () => {
  const [five] = bars("5Min", atNewYork("10:00:00"), atNewYork("10:01:00"));
  const minutes = bars("1Min", atNewYork("10:00:00"), atNewYork("10:04:00"));
  expect(five).toMatchObject({
    open: minutes[0]?.open,
    close: minutes[4]?.close,
    high: Math.max(...minutes.map(({ high }) => high)),
    low: Math.min(...minutes.map(({ low }) => low)),
  });
});

test("weeks begin on Monday and months on the first", () => {
  expect(starts("1Week", midnightOf("2026-06-01"))).toEqual(["2026-06-01", "2026-06-08", monday].map(midnightOf));
  expect(starts("3Month", midnightOf("2026-01-01"))).toEqual(["2026-01-01", "2026-04-01"].map(midnightOf));
});
