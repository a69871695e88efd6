// What was done before a trading day's open.
import type { ContractFinding } from "../operations/contract.ts";
import type { Instant, TradingDay } from "./time.ts";

export type Morning = {
  readonly day: TradingDay;
  readonly checkedAt: Instant;
  /** How the broker's answers differed from the recorded contract. */
  readonly findings: readonly ContractFinding[];
  /** Whether the day's message is in the queue. */
  readonly told: boolean;
  /** What was told last of the day; absent before. */
  readonly go?: boolean;
};
