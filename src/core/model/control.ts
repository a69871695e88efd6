// The operator's two switches: whether the automation runs at all, and what trading is allowed while it does.
import type { Instant } from "./time.ts";

/** `started`: ticks create runs. `stopped`: every due slot ends as blocked. */
export type Automation = "started" | "stopped";
/** `running`: all orders. `reducing`: only what lowers exposure. `halted`: none. Read again before each order. */
export type TradingState = "running" | "reducing" | "halted";

export type ControlState = {
  readonly automation: Automation;
  readonly tradingState: TradingState;
  readonly reason: string;
  readonly actor: string;
  readonly changedAt: Instant;
};

export type ControlAction = "start" | "stop" | "restart" | "halt" | "reduce" | "resume";
