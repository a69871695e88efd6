// A seeded random walk of prices: the same bars in every run of a bench.

/** So many closes of cents from 100 on, none below one dollar; steps of up to one percent either way. */
export function walk(length: number, seed: number): readonly number[] {
  let state = seed >>> 0 || 1;
  let price = 100;
  return Array.from({ length }, () => {
    // Xorshift: G. Marsaglia, Journal of Statistical Software 8 (2003).
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    price = Math.max(1, price * (1 + ((state >>> 0) / 2 ** 32 - 0.5) * 0.02));
    return Math.round(price * 100) / 100;
  });
}
