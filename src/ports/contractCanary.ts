// Asks the broker as the app does, and holds the shape of each answer against what was recorded.
import type { ContractFinding } from "../core/operations/contract.ts";

export type ContractCanary = {
  /** Reads only, a dozen requests. Nothing where all is as recorded. Never throws: a route without an answer is a finding. */
  check(): Promise<readonly ContractFinding[]>;
};
