// `npm run simulator`: the simulator alone, for any Alpaca client, until Ctrl-C.
import { instantFromMs } from "../core/model/time.ts";
import { loadCsvTape } from "./csvTape.ts";
import type { MarketTape } from "./marketTape.ts";
import { createSeededTape } from "./seededTape.ts";
import { type Simulator, type SimulatorEvent, startSimulator } from "./server.ts";
import { newYorkTime } from "./sessions.ts";
import { parseSimulatorFlags, type SimulatorFlags } from "./simulatorFlags.ts";
import { loadState } from "./stateFile.ts";

/** The credentials of the simulator: they open nothing else. */
const keys = { keyId: "SIMULATOR", secret: "simulator-only" };

/** About what these cost; any other symbol starts at 100. */
const startPrices: Readonly<Record<string, number>> = {
  AAPL: 230,
  AMZN: 210,
  GLD: 245,
  IWM: 220,
  MSFT: 450,
  NVDA: 140,
  QQQ: 510,
  SPY: 590,
  TLT: 88,
  XLE: 87,
};

const flags = parseSimulatorFlags(process.argv.slice(2));
if ("exitCode" in flags) {
  (flags.exitCode === 0 ? console.log : console.error)(flags.text);
  process.exitCode = flags.exitCode;
} else {
  try {
    await run(flags);
  } catch (failure) {
    console.error(explain(failure, flags));
    process.exitCode = 1;
  }
}

async function run(flags: SimulatorFlags): Promise<void> {
  const nowMs = clockOf(flags);
  const simulator = await startSimulator({
    tape: await tapeOf(flags, nowMs()),
    nowMs,
    seed: flags.seed,
    port: flags.port,
    startingCash: flags.cash,
    partialFillShare: flags.partialFills,
    ...keys,
    ...(flags.state !== undefined && { stateFile: flags.state }),
    ...(!flags.json && { onEvent: tell }),
  });
  try {
    const stopped = new Promise((resolve) => {
      process.once("SIGINT", resolve);
      process.once("SIGTERM", resolve);
    });
    console.log(flags.json ? JSON.stringify(addressesOf(simulator)) : whatIsUp(simulator, flags, nowMs()));
    await stopped;
  } finally {
    await simulator.stop();
  }
}

/** Goes on from where the time of a kept state stands, should that be later than where it is to start. */
function clockOf({ at, speed, state, seed }: SimulatorFlags): () => number {
  const kept = state === undefined ? undefined : loadState(state, seed);
  const fromMs = Math.max(at ?? Date.now(), kept?.nowMs ?? 0);
  const realFromMs = performance.now();
  return () => Math.floor(fromMs + (performance.now() - realFromMs) * speed);
}

async function tapeOf({ data, seed, symbols }: SimulatorFlags, nowMs: number): Promise<MarketTape> {
  if (data !== undefined) return loadCsvTape(data);
  const names = symbols ?? Object.keys(startPrices);
  // The start is a round year, so that the same seed has the same prices at most instants one may start at.
  const fromYear = Math.min(2024, Number(instantFromMs(nowMs).slice(0, 4)) - 1);
  return createSeededTape({
    seed,
    fromDay: `${fromYear}-01-02`,
    symbols: names.map((symbol) => ({ symbol, startPrice: startPrices[symbol] ?? 100 })),
  });
}

function addressesOf({ url, streamOrigin }: Simulator) {
  return { url, streamUrl: `${streamOrigin}/stream`, dataStreamUrl: `${streamOrigin}/v2/iex`, ...keys };
}

function whatIsUp(simulator: Simulator, { speed, data, seed, state }: SimulatorFlags, nowMs: number): string {
  const { url, streamUrl, dataStreamUrl, keyId, secret } = addressesOf(simulator);
  return [
    "The Alpaca simulator is up. Ctrl-C stops it.",
    `  trading and data  ${url}`,
    `  order updates     ${streamUrl}`,
    `  market data       ${dataStreamUrl}`,
    `  keys              ${keyId} / ${secret}`,
    `  market            ${data ?? `seed ${seed}`}`,
    `  clock             ${newYorkTime(nowMs)}, ${speed} times as fast as real time`,
    `  state             ${state ?? "not kept (keep it with --state FILE)"}`,
  ].join("\n");
}

function tell(event: SimulatorEvent): void {
  if (event.type === "request") return;
  const { side, symbol, qty, clientOrderId, at } = event;
  const what = event.type === "fill" ? `fill at ${event.price}` : event.status;
  console.log(
    `${newYorkTime(Date.parse(at))}  ${side} ${qty ?? "for an amount of"} ${symbol}  ${what}  (${clientOrderId})`,
  );
}

function explain(failure: unknown, { port }: SimulatorFlags): string {
  if ((failure as NodeJS.ErrnoException).code === "EADDRINUSE") {
    return `Port ${port} is taken. Stop what uses it, or choose another one: npm run simulator -- --port ${port + 1}`;
  }
  return failure instanceof Error ? failure.message : String(failure);
}
