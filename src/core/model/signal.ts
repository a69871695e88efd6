// What a strategy says, as data.

/** A wish to hold `targetWeight` in `symbol` (0: be out of it; negative: short), and the named values that led to it. */
export type Signal = {
  readonly strategy: string;
  readonly symbol: string;
  /** Fraction of what the task may invest, −1 to 1. */
  readonly targetWeight: number;
  /** How sure the strategy is, 0 to 1. */
  readonly strength: number;
  /** Where the position is to be left at a loss and at a gain, as fractions of the price at entry. */
  readonly stopFraction?: number;
  readonly targetFraction?: number;
  /** How long the wish is meant to hold, in bars of the strategy's timeframe. */
  readonly horizonBars?: number;
  readonly reasons: Readonly<Record<string, number | string>>;
};

export type Direction = "long" | "flat" | "short";
