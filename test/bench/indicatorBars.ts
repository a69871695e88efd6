// A market for the indicator bench, in each of the shapes that the libraries ask for.

type Candle = {
  readonly open: number;
  readonly high: number;
  readonly low: number;
  readonly close: number;
  readonly volume: number;
};

export type BenchBars = {
  readonly high: Float64Array;
  readonly low: Float64Array;
  readonly close: Float64Array;
  readonly volume: Float64Array;
  readonly lists: {
    readonly high: number[];
    readonly low: number[];
    readonly close: number[];
    readonly volume: number[];
  };
  readonly candles: readonly Candle[];
};

/** A seeded random walk, the same at every run: each bar opens at the close before it and reaches up to half a percent beyond its body. */
export function benchBars(length: number): BenchBars {
  let state = 1;
  const random = (): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return state / 2 ** 32;
  };
  let price = 100;
  const candles = Array.from({ length }, (): Candle => {
    const open = price;
    price *= 1 + (random() - 0.5) * 0.02;
    const high = Math.max(open, price) * (1 + random() * 0.005);
    const low = Math.min(open, price) * (1 - random() * 0.005);
    return { open, high, low, close: price, volume: Math.floor(1000 + random() * 1e6) };
  });
  const lists = {
    high: candles.map(({ high }) => high),
    low: candles.map(({ low }) => low),
    close: candles.map(({ close }) => close),
    volume: candles.map(({ volume }) => volume),
  };
  return {
    high: Float64Array.from(lists.high),
    low: Float64Array.from(lists.low),
    close: Float64Array.from(lists.close),
    volume: Float64Array.from(lists.volume),
    lists,
    candles,
  };
}
