// One price that stands for a bar.

/** `(high + low + close) / 3`. */
export const typicalPrice = (high: number, low: number, close: number): number => (high + low + close) / 3;
