// What a strategy says, as data.

/** A wish to hold `targetWeight` of equity in `symbol` (0: be out of it), and the named values that led to it. */
export type Signal = {
  readonly strategy: string;
  readonly symbol: string;
  /** Fraction of equity, 0 to 1. */
  readonly targetWeight: number;
  /** How sure the strategy is, 0 to 1. */
  readonly strength: number;
  readonly reasons: Readonly<Record<string, number | string>>;
};
