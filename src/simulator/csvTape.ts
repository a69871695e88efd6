// A tape of real bars read from CSV files: `daily/*.csv` and `minute/*.csv`, each row `symbol,timestamp,open,high,low,close,volume`.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { MarketTape, TapeBar, TapeTrade, TradingInterval } from "./marketTape.ts";
import { newYorkDay, type Session, sessionOfDay } from "./sessions.ts";

const header = "symbol,timestamp,open,high,low,close,volume";

type SymbolBars = {
  /** By trading day, oldest first. */
  readonly daily: Map<string, TapeBar>;
  /** By trading day; extended hours included, oldest first. */
  readonly minutes: Map<string, TapeBar[]>;
  /** Days with anything, oldest first; filled once all files are read. */
  days: readonly string[];
};

/**
 * Loads a folder of bars. A symbol has no prices outside its files; on a day without minutes the whole day is one interval
 * that trades at its open. There are no quotes in such files, so bid and ask are both the last trade.
 * Throws an Error that names file and line for a row that cannot be read, and one that names the folder when it holds no bars.
 */
export async function loadCsvTape(dir: string): Promise<MarketTape> {
  const bars = new Map<string, SymbolBars>();
  for (const folder of ["daily", "minute"] as const) {
    for (const file of await csvFiles(join(dir, folder))) await loadFile(file, folder, bars);
  }
  if (bars.size === 0) throw new Error(`${dir} holds no bars: expected CSV files in daily/ or minute/`);
  for (const symbol of bars.values()) sortByTime(symbol);
  return createCsvTape(bars);
}

async function csvFiles(dir: string): Promise<string[]> {
  try {
    const names = await readdir(dir);
    return names
      .filter((name) => name.endsWith(".csv"))
      .sort()
      .map((name) => join(dir, name));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return [];
    throw cause;
  }
}

async function loadFile(file: string, folder: "daily" | "minute", bars: Map<string, SymbolBars>): Promise<void> {
  const [first, ...rows] = (await readFile(file, "utf8")).split(/\r?\n/);
  if (first !== header) throw new Error(`${file}:1: the first line must be "${header}"`);
  for (const [index, row] of rows.entries()) {
    if (row === "") continue;
    const { symbol, bar } = parseRow(row, `${file}:${index + 2}`);
    const known = bars.get(symbol) ?? { daily: new Map(), minutes: new Map(), days: [] };
    bars.set(symbol, known);
    const day = newYorkDay(bar.startMs);
    const minutes = known.minutes.get(day);
    if (folder === "daily") known.daily.set(day, bar);
    else if (minutes === undefined) known.minutes.set(day, [bar]);
    else minutes.push(bar);
  }
}

function parseRow(row: string, place: string): { symbol: string; bar: TapeBar } {
  const cells = row.split(",");
  const [symbol = "", timestamp = "", ...figures] = cells;
  if (cells.length !== 7) throw new Error(`${place}: expected 7 columns, found ${cells.length}`);
  if (!/^[A-Z][A-Z0-9.]{0,11}$/.test(symbol)) throw new Error(`${place}: "${symbol}" is not a symbol`);
  const startMs = /^\d{4}-\d{2}-\d{2}T[\d:.]+(?:Z|[+-]\d{2}:\d{2})$/.test(timestamp)
    ? Date.parse(timestamp)
    : Number.NaN;
  if (Number.isNaN(startMs))
    throw new Error(`${place}: "${timestamp}" is not a timestamp such as 2013-10-04T13:30:00Z`);
  const [open = 0, high = 0, low = 0, close = 0, volume = 0] = figures.map((figure) => {
    if (!/^\d+(?:\.\d+)?$/.test(figure)) throw new Error(`${place}: "${figure}" is not a number`);
    return Number(figure);
  });
  if (!(low > 0 && low <= Math.min(open, close) && high >= Math.max(open, close))) {
    throw new Error(
      `${place}: open ${open} and close ${close} must lie between low ${low} and high ${high}, all above 0`,
    );
  }
  const vwap = (open + high + low + close) / 4;
  const tradeCount = Math.max(1, Math.round(volume / 100));
  return { symbol, bar: { startMs, open, high, low, close, volume, tradeCount, vwap } };
}

function sortByTime(symbol: SymbolBars): void {
  const daily = [...symbol.daily].sort(([a], [b]) => (a < b ? -1 : 1));
  symbol.daily.clear();
  for (const [day, bar] of daily) symbol.daily.set(day, bar);
  for (const minutes of symbol.minutes.values()) minutes.sort((a, b) => a.startMs - b.startMs);
  symbol.days = [...new Set([...symbol.daily.keys(), ...symbol.minutes.keys()])].sort();
}

function createCsvTape(bars: ReadonlyMap<string, SymbolBars>): MarketTape {
  const names = [...bars.keys()].sort();
  const minutesOf = (symbol: string, day: string): readonly TapeBar[] => bars.get(symbol)?.minutes.get(day) ?? [];

  const intervalsOfDay = new Map<string, readonly TradingInterval[]>();

  function intervals(symbol: string, day: string): readonly TradingInterval[] {
    const session = sessionOfDay(day);
    if (session === undefined) return [];
    const known = intervalsOfDay.get(`${symbol}|${day}`);
    if (known !== undefined) return known;
    const minutes = minutesOf(symbol, day).map((bar) => intervalOf(bar, bar.startMs, bar.startMs + 60_000, session));
    const whole = bars.get(symbol)?.daily.get(day);
    const regular = minutes.some(({ extended }) => !extended) || whole === undefined;
    const made = regular ? minutes : [intervalOf(whole, session.openMs, session.closeMs, session)];
    intervalsOfDay.set(`${symbol}|${day}`, made);
    return made;
  }

  function lastTrade(symbol: string, ms: number): TapeTrade | undefined {
    const known = bars.get(symbol);
    if (known === undefined) return undefined;
    const today = newYorkDay(ms);
    for (let index = known.days.findLastIndex((day) => day <= today); index >= 0; index--) {
      const day = known.days[index] ?? "";
      const trade = lastOfMinutes(minutesOf(symbol, day), ms) ?? lastOfDay(known.daily.get(day), sessionOfDay(day), ms);
      if (trade !== undefined) return trade;
    }
    return undefined;
  }

  return {
    symbols: () => names,
    asset: (symbol) => (bars.has(symbol) ? { symbol, tradable: true, fractionable: true, shortable: true } : undefined),
    dailyBars: (symbol, fromDay, toDay) =>
      [...(bars.get(symbol)?.daily ?? [])].filter(([day]) => day >= fromDay && day <= toDay).map(([, bar]) => bar),
    minuteBars: minutesOf,
    intervals,
    lastTrade,
    quote: (symbol, ms) => {
      const trade = lastTrade(symbol, ms);
      return trade && { bid: trade.price, ask: trade.price, bidSize: 100, askSize: 100, atMs: trade.atMs };
    },
  };
}

const within = ({ openMs, closeMs }: Session, ms: number): boolean => openMs <= ms && ms < closeMs;

const intervalOf = (
  { open, low, high, close }: TapeBar,
  fromMs: number,
  toMs: number,
  session: Session,
): TradingInterval => ({
  fromMs,
  toMs,
  bid: open,
  ask: open,
  open,
  low,
  high,
  close,
  extended: !within(session, fromMs),
});

/** A minute shows its open while it lasts and its close afterwards. */
function lastOfMinutes(minutes: readonly TapeBar[], ms: number): TapeTrade | undefined {
  const bar = minutes.findLast(({ startMs }) => startMs <= ms);
  if (bar === undefined) return undefined;
  const over = bar.startMs + 60_000 <= ms;
  return { price: over ? bar.close : bar.open, size: 100, atMs: over ? bar.startMs + 59_999 : bar.startMs };
}

/** A day without minutes shows its open while it lasts and its close afterwards. */
function lastOfDay(bar: TapeBar | undefined, session: Session | undefined, ms: number): TapeTrade | undefined {
  if (bar === undefined || session === undefined || ms < session.openMs) return undefined;
  const over = session.closeMs <= ms;
  return { price: over ? bar.close : bar.open, size: 100, atMs: over ? session.closeMs - 1 : session.openMs };
}
