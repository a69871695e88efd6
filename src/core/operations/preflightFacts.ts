// What the go or no-go before the open is judged by, and what one item of it says.
import type { ControlState } from "../model/control.ts";
import type { RiskLimits } from "../model/limits.ts";
import type { MonitorState } from "../model/monitor.ts";
import type { AccountSnapshot } from "../model/portfolio.ts";
import type { TradingWindow } from "../model/settings.ts";
import type { Task } from "../model/task.ts";
import type { Instant } from "../model/time.ts";
import type { ContractFinding } from "./contract.ts";
import type { Heartbeat, ProbeResult } from "./probe.ts";

/** What could be found out, or why it could not. */
export type Known<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly detail: string };

export type PreflightFacts = {
  readonly now: Instant;
  readonly mode: "paper" | "live";
  readonly control: Known<ControlState>;
  /** The common window as it holds, and the limits. */
  readonly settings: Known<{ readonly window: TradingWindow; readonly limits: RiskLimits }>;
  readonly tasks: Known<{ readonly tasks: readonly Task[]; readonly unreadable: readonly string[] }>;
  readonly account: Known<AccountSnapshot>;
  readonly monitor: Known<MonitorState | undefined>;
  readonly heartbeat: Known<Heartbeat | null>;
  readonly findings: Known<readonly ContractFinding[]>;
  /** Messages in each queue's dead letters. */
  readonly deadLetters: Known<{ readonly runs: number; readonly notifications: number }>;
  /** By name; without any, notifications are only logged and listed. */
  readonly channels: readonly string[];
  /** Clock, feed, calendar and tables. */
  readonly probes: readonly ProbeResult[];
};

/** `red`: the day cannot be traded as it should. `yellow`: it can, and somebody should know this first. */
export type Light = "green" | "yellow" | "red";
export type PreflightItem = {
  readonly name: string;
  readonly light: Light;
  readonly detail: string;
  readonly remedy?: string;
};
