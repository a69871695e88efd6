// A tape of real bars: what it takes from the files, and what it says about a row it cannot read.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { dayBar } from "../../src/simulator/bars.ts";
import { loadCsvTape } from "../../src/simulator/csvTape.ts";
import { sessionOfDay } from "../../src/simulator/sessions.ts";
import { advanceTo, openAccount, play, submit } from "./exampleMarket.ts";

const header = "symbol,timestamp,open,high,low,close,volume";
let dir: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "csv-tape-"));
  await mkdir(join(dir, "daily"));
  await mkdir(join(dir, "minute"));
});
afterEach(() => rm(dir, { recursive: true }));

const daily = (...rows: readonly string[]) => writeFile(join(dir, "daily/X.csv"), [header, ...rows, ""].join("\n"));
const minute = (...rows: readonly string[]) => writeFile(join(dir, "minute/X.csv"), [header, ...rows, ""].join("\n"));

describe("a row that cannot be read names file and line", () => {
  test.each([
    ["X,2026-06-15T04:00:00Z,1,2,1,2", "expected 7 columns, found 6"],
    ["x y,2026-06-15T04:00:00Z,1,2,1,2,5", '"x y" is not a symbol'],
    ["X,yesterday,1,2,1,2,5", '"yesterday" is not a timestamp such as 2013-10-04T13:30:00Z'],
    ["X,2026-06-15T04:00:00Z,1,2,1,2e3,5", '"2e3" is not a number'],
    ["X,2026-06-15T04:00:00Z,1,2,1.5,2,5", "open 1 and close 2 must lie between low 1.5 and high 2, all above 0"],
  ])("%s", async (row, message) => {
    await daily("X,2026-06-12T04:00:00Z,1,2,1,2,5", row);
    await expect(loadCsvTape(dir)).rejects.toThrow(`${join(dir, "daily/X.csv")}:3: ${message}`);
  });

  test("and so does a file without the header", async () => {
    await writeFile(join(dir, "minute/Y.csv"), "a,b\n");
    await expect(loadCsvTape(dir)).rejects.toThrow(`Y.csv:1: the first line must be "${header}"`);
  });

  test("and a folder without bars is named", async () => {
    await expect(loadCsvTape(join(dir, "nowhere"))).rejects.toThrow("nowhere holds no bars");
  });
});

describe("a day with minutes", () => {
  const at = (time: string) => Date.parse(`2026-06-15T${time}Z`);
  beforeEach(async () => {
    await daily("X,2026-06-12T04:00:00Z,9,9.5,8.9,9.4,500", "X,2026-06-15T04:00:00Z,10,12,9,11,500");
    await minute(
      "X,2026-06-15T12:00:00Z,9.8,9.8,9.8,9.8,10",
      "X,2026-06-15T13:30:00Z,10,10.5,9.9,10.2,100",
      "X,2026-06-15T13:33:00Z,10.4,10.6,10.3,10.5,100",
    );
  });

  test("shows the open of a minute while it lasts and its close afterwards", async () => {
    const tape = await loadCsvTape(dir);
    const price = (time: string) => tape.lastTrade("X", at(time))?.price;
    expect(price("11:00:00")).toBe(9.4);
    expect(price("12:00:30")).toBe(9.8);
    expect(price("13:30:59")).toBe(10);
    expect(price("13:31:00")).toBe(10.2);
    expect(price("13:33:10")).toBe(10.4);
  });

  test("fills market orders at the open of the minute, or of the next one that trades", async () => {
    const tape = await loadCsvTape(dir);
    const now = at("13:30:20");
    const [first] = play(tape, openAccount(now), [submit(now, { symbol: "X" })]);
    expect(first.fills[0]?.price).toBe("10");
    const gap = at("13:31:20");
    const [second] = play(tape, openAccount(gap), [submit(gap, { symbol: "X" }), advanceTo(at("13:35:00"))]);
    expect(second.fills[0]).toMatchObject({ price: "10.4", atMs: at("13:33:00") });
  });

  test("has minutes before the open for orders of extended hours alone", async () => {
    const tape = await loadCsvTape(dir);
    const before = at("12:00:00");
    const limited = { symbol: "X", limitPrice: "11" };
    const [state] = play(tape, openAccount(before), [
      submit(before, limited),
      submit(before, { ...limited, extendedHours: true }),
      advanceTo(at("13:30:00")),
    ]);
    expect(state.fills).toMatchObject([
      { orderId: state.orders[1]?.id, price: "9.8", atMs: before },
      { orderId: state.orders[0]?.id, price: "10", atMs: at("13:30:00") },
    ]);
  });

  test("has a forming bar of regular minutes only, and the file's bar after the close", async () => {
    const tape = await loadCsvTape(dir);
    const session = sessionOfDay("2026-06-15");
    if (session === undefined) throw new Error("no session");
    expect(dayBar(tape, "X", session, at("13:32:00"))).toMatchObject({
      open: 10,
      high: 10.5,
      low: 9.9,
      close: 10.2,
      volume: 100,
    });
    expect(dayBar(tape, "X", session, session.closeMs)).toMatchObject({ open: 10, high: 12, low: 9, close: 11 });
  });
});

describe("a day without minutes", () => {
  test("trades at its open until the close, and its high, low and close are not known before", async () => {
    await daily("X,2026-06-15T04:00:00Z,10,12,9,11,500");
    const tape = await loadCsvTape(dir);
    const session = sessionOfDay("2026-06-15");
    if (session === undefined) throw new Error("no session");
    const noon = session.openMs + 9_000_000;
    expect(tape.lastTrade("X", noon)?.price).toBe(10);
    expect(dayBar(tape, "X", session, noon)).toMatchObject({ open: 10, high: 10, low: 10, close: 10 });
    const [state] = play(tape, openAccount(noon), [submit(noon, { symbol: "X" })]);
    expect(state.fills[0]?.price).toBe("10");
    const [limited] = play(tape, openAccount(session.openMs), [
      submit(session.openMs, { symbol: "X", limitPrice: "9.5" }),
      advanceTo(session.closeMs),
    ]);
    expect(limited.fills[0]).toMatchObject({ price: "9.5", atMs: session.closeMs });
  });
});

// Sample data that lies beside the project, not in it.
const market = join(import.meta.dirname, "../../../shared/data/market");
describe.skipIf(!existsSync(market))("the sample data beside the project (skipped where it is absent)", () => {
  test("loads, and fills on 2013-10-07 are prices from its bars", async () => {
    const tape = await loadCsvTape(market);
    expect(tape.symbols()).toEqual(["AIG", "BAC", "IBM", "SPY"]);
    const now = Date.parse("2013-10-07T14:00:00Z");
    const [state] = play(
      tape,
      openAccount(now),
      tape.symbols().map((symbol) => submit(now, { symbol })),
    );
    expect(state.fills).toHaveLength(4);
    for (const { symbol, price } of state.fills) {
      const bar = tape.minuteBars(symbol, "2013-10-07").find(({ startMs }) => startMs === now);
      expect(Number(price)).toBe(bar?.open);
    }
  });
});
