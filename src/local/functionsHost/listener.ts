// What fires a function that no HTTP request fires.
import type { HostedFunction } from "./hostedFunctions.ts";

export type Listener = {
  readonly hosted: HostedFunction;
  /** Takes nothing new from now on; resolves when what runs has ended and is settled. */
  stop(): Promise<void>;
  /** Runs the function outside of its listener's own occasions, when the listener knows what to give it. */
  readonly runByHand?: (reason: string) => void;
};
