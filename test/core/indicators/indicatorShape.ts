// The shape that every moving window, volume indicator and trend line takes for the tests of what they have in common.

export type Column = "high" | "low" | "close" | "volume" | "market";
export type Bars = { readonly [name in Column]: Float64Array };
export type Bar = { readonly [name in Column]: number };
export type Outputs<T> = Readonly<Record<string, T>>;

/** What becomes of an output when all prices are doubled, and when all are moved up by one amount. */
type Laws = { readonly scaled: "doubles" | "stays"; readonly shifted: "moves" | "stays" | "changes" };

export type Indicator = {
  readonly name: string;
  readonly reads: readonly Column[];
  readonly hasPeriod: boolean;
  readonly leastPeriod: number;
  /** The same outputs into given buffers, where those are given. */
  readonly batch: (bars: Bars, period: number, out?: Outputs<Float64Array>) => Outputs<Float64Array>;
  readonly stream: (period: number) => (bar: Bar) => Outputs<number>;
  /** How many bars each output needs for its first result. */
  readonly needs: (period: number) => Outputs<number>;
  readonly laws: Outputs<Laws>;
  /** The same from the definition alone, for the newest of `bars`, of which there are as many as every output needs. */
  readonly definition?: (bars: readonly Bar[], period: number) => Outputs<number>;
};

export const level: Laws = { scaled: "doubles", shifted: "moves" };
export const distance: Laws = { scaled: "doubles", shifted: "stays" };
export const figure: Laws = { scaled: "stays", shifted: "stays" };
export const share: Laws = { scaled: "stays", shifted: "changes" };

const value = "value";
type Buffers = Outputs<Float64Array> | undefined;
/** A single output under one name, and the buffer of it. */
export const one = <T>(result: T): Outputs<T> => ({ [value]: result });
export const buffer = (out: Buffers): Float64Array | undefined => out?.[value];

export const base = { hasPeriod: true, leastPeriod: 1 };
export const closes = (bars: readonly Bar[]): number[] => bars.map(({ close }) => close);
export const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length;
export const typical = ({ high, low, close }: Bar): number => (high + low + close) / 3;

/** The sum of the products of two series' distances from their means. */
export function comoment(x: readonly number[], y: readonly number[]): number {
  const [meanX, meanY] = [mean(x), mean(y)];
  return x.reduce((sum, each, index) => sum + (each - meanX) * ((y[index] ?? 0) - meanY), 0);
}

export const deviationOf = (values: readonly number[], divisor: number): number =>
  Math.sqrt(comoment(values, values) / divisor);

export const midpoint = (bars: readonly Bar[], period: number): number => {
  const window = bars.slice(-period);
  return (Math.max(...window.map(({ high }) => high)) + Math.min(...window.map(({ low }) => low))) / 2;
};
