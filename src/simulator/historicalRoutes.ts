// The market data host's routes for what was: bars, trades, quotes and auctions, of several symbols or of one.
import { auctionsIn, auctionsJson, type DayAuctions } from "./auctions.ts";
import { knownBars, parseTimeframe } from "./bars.ts";
import { ticksIn } from "./historicalTicks.ts";
import { bySymbol, pageOf, type Series, symbolsOf } from "./marketDataPages.ts";
import { barJson, quoteJson, tradeJson } from "./marketDataShapes.ts";
import type { TapeBar, TapeQuote, TapeTrade } from "./marketTape.ts";
import { list, refuse } from "./queryParameters.ts";
import { type Call, ok, type Route } from "./wireTypes.ts";

/** The route for several symbols and the one for a single symbol. */
function historical<T>(
  kind: string,
  seriesOf: (call: Call) => Series<T>,
  json: (item: T) => unknown,
): readonly Route[] {
  return [
    {
      method: "GET",
      path: `/v2/stocks/${kind}`,
      serve: (call) => {
        const page = pageOf(call, symbolsOf(call), seriesOf(call));
        return ok({ [kind]: bySymbol(page, json), next_page_token: page.token });
      },
    },
    {
      method: "GET",
      path: `/v2/stocks/{symbol}/${kind}`,
      serve: (call) => {
        const symbol = call.params.symbol ?? "";
        const page = pageOf(call, [symbol], seriesOf(call));
        return ok({ [kind]: page.found.map(({ item }) => json(item)), next_page_token: page.token, symbol });
      },
    },
  ];
}

function barSeries({ tape, query }: Call): Series<TapeBar> {
  const text = query.get("timeframe") ?? "";
  const timeframe = parseTimeframe(text) ?? refuse("data", `invalid timeframe: ${text}`);
  checkAdjustment(query);
  return {
    tag: timeframe.unit.slice(0, 1),
    items: (symbol, range, descending) => {
      const bars = knownBars(tape, symbol, timeframe, range);
      return descending ? bars.toReversed() : bars;
    },
    msOf: ({ startMs }) => startMs,
  };
}

const tradeSeries = ({ tape }: Call): Series<TapeTrade> => ({
  tag: "trade",
  items: (symbol, range, descending) => ticksIn(tape, symbol, range, descending, tape.lastTrade),
  msOf: ({ atMs }) => atMs,
});

const quoteSeries = ({ tape }: Call): Series<TapeQuote> => ({
  tag: "quote",
  items: (symbol, range, descending) => ticksIn(tape, symbol, range, descending, tape.quote),
  msOf: ({ atMs }) => atMs,
});

const auctionSeries = ({ tape }: Call): Series<DayAuctions> => ({
  tag: "auction",
  items: (symbol, range, descending) => {
    const days = auctionsIn(tape, symbol, range);
    return descending ? days.toReversed() : days;
  },
  msOf: ({ session }) => session.midnightMs,
});

/** Prices on a tape are unadjusted and know of no splits or dividends, so every adjustment leaves them as they are. */
function checkAdjustment(query: URLSearchParams): void {
  const adjustments = ["raw", "split", "dividend", "spin-off", "all"];
  const wrong = list(query, "adjustment").find((each) => !adjustments.includes(each));
  if (wrong !== undefined) refuse("data", `invalid adjustment: ${wrong}`);
}

export const historicalRoutes: readonly Route[] = [
  ...historical("bars", barSeries, barJson),
  ...historical("trades", tradeSeries, tradeJson),
  ...historical("quotes", quoteSeries, quoteJson),
  ...historical("auctions", auctionSeries, auctionsJson),
];
