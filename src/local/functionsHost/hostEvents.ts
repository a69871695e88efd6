// What the host tells about itself: log lines, and the start and end of every invocation.
import type { Instant } from "../../core/model/time.ts";
import type { LogLevel } from "./rpc.ts";

export type TriggerKind = "http" | "timer" | "serviceBus";

type InvocationFacts = {
  readonly functionName: string;
  readonly invocationId: string;
  readonly trigger: TriggerKind;
  /** Timers: the latest occurrence of the schedule that this run answers. */
  readonly scheduledFor?: Instant;
};

export type HostEvent =
  | { readonly type: "log"; readonly level: LogLevel; readonly category: string; readonly message: string }
  | ({ readonly type: "invocationStarted"; readonly reason: string } & InvocationFacts)
  | ({ readonly type: "invocationEnded"; readonly ok: boolean; readonly durationMs: number } & InvocationFacts);

export type Log = (level: LogLevel, category: string, message: string) => void;

/** Categories of the host's own lines, as on the real one. */
export const categories = {
  host: "Host.Startup",
  results: "Host.Results",
  routes: "Microsoft.Azure.WebJobs.Script.WebHost.WebScriptHostHttpRoutesManager",
  web: "Microsoft.Hosting.Lifetime",
} as const;

export const messageOf = (failure: unknown): string => (failure instanceof Error ? failure.message : String(failure));
