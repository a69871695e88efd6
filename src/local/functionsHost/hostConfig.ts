// Reads host.json: route prefix, function timeout and Service Bus limits, with the host's names and defaults.
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";

export type ServiceBusOptions = {
  readonly autoCompleteMessages: boolean;
  readonly maxAutoLockRenewalDurationMs: number;
  readonly maxConcurrentCalls: number;
  readonly maxConcurrentSessions: number;
  readonly maxConcurrentCallsPerSession: number;
  readonly maxMessageBatchSize: number;
  readonly sessionIdleTimeoutMs: number;
  /** How long to wait before a broker that is away is asked again. */
  readonly retryDelayMs: number;
  readonly tryTimeoutMs: number;
};

export type HostConfig = {
  readonly routePrefix: string;
  /** Infinity when the timeout is switched off. */
  readonly functionTimeoutMs: number;
  readonly serviceBus: ServiceBusOptions;
};

/** host.json has a value the host cannot run with; the message is what the log says. */
export class HostConfigError extends Error {
  override readonly name = "HostConfigError";
}

/** Reads `host.json` in `scriptRoot`. Names it does not know are ignored, as the host does. Throws HostConfigError on a bad value. */
export function readHostConfig(scriptRoot: string): HostConfig {
  const content = parse(join(scriptRoot, "host.json"));
  if (content.value("version") !== "2.0") {
    throw new HostConfigError('The host.json file is missing the required "version": "2.0".');
  }
  const serviceBus = content.section("extensions").section("serviceBus");
  const messageHandler = serviceBus.section("messageHandlerOptions");
  const sessionHandler = serviceBus.section("sessionHandlerOptions");
  const retry = serviceBus.section("clientRetryOptions");
  const maxAutoLockRenewalDurationMs =
    serviceBus.time("maxAutoLockRenewalDuration") ?? messageHandler.time("maxAutoRenewDuration");
  const tryTimeoutMs = retry.time("tryTimeout") ?? 60_000;
  return {
    routePrefix: content.section("extensions").section("http").text("routePrefix") ?? "api",
    functionTimeoutMs: functionTimeout(content),
    serviceBus: {
      autoCompleteMessages: serviceBus.flag("autoCompleteMessages") ?? messageHandler.flag("autoComplete") ?? true,
      maxAutoLockRenewalDurationMs: maxAutoLockRenewalDurationMs ?? 5 * 60_000,
      maxConcurrentCalls:
        serviceBus.count("maxConcurrentCalls") ??
        messageHandler.count("maxConcurrentCalls") ??
        16 * availableParallelism(),
      maxConcurrentSessions:
        serviceBus.count("maxConcurrentSessions") ?? sessionHandler.count("maxConcurrentSessions") ?? 8,
      maxConcurrentCallsPerSession: serviceBus.count("maxConcurrentCallsPerSession") ?? 1,
      maxMessageBatchSize: serviceBus.count("maxMessageBatchSize") ?? 1000,
      sessionIdleTimeoutMs:
        serviceBus.time("sessionIdleTimeout") ?? sessionHandler.time("messageWaitTime") ?? tryTimeoutMs,
      // A broker on the same machine is back at once or not at all: the 800 ms of Azure would only be felt.
      retryDelayMs: retry.time("delay") ?? 250,
      tryTimeoutMs,
    },
  };
}

function functionTimeout(content: Section): number {
  if (content.value("functionTimeout") === "-1") return Number.POSITIVE_INFINITY;
  return content.time("functionTimeout") ?? 30 * 60_000;
}

function parse(file: string): Section {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    throw new HostConfigError(`No host.json file in the app's folder: ${file}`);
  }
  try {
    return section(JSON.parse(text), "AzureFunctionsJobHost");
  } catch (failure) {
    throw new HostConfigError(`Unable to parse host configuration file '${file}'. ${String(failure)}`);
  }
}

type Section = {
  value(name: string): unknown;
  section(name: string): Section;
  text(name: string): string | undefined;
  flag(name: string): boolean | undefined;
  /** An integer of at least 1. */
  count(name: string): number | undefined;
  /** Milliseconds of a `[d.]hh:mm:ss[.fff]`. */
  time(name: string): number | undefined;
};

/** One object of host.json: names match in any case, and a value of the wrong kind throws with the host's words. */
function section(content: unknown, path: string): Section {
  const values = typeof content === "object" && content !== null ? Object.entries(content) : [];
  const value = (name: string): unknown =>
    values.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1] ?? undefined;
  const typed = <T>(name: string, kind: string, read: (raw: unknown) => T | undefined): T | undefined => {
    const raw = value(name);
    if (raw === undefined) return undefined;
    const result = read(raw);
    if (result !== undefined) return result;
    throw new HostConfigError(
      `Failed to convert configuration value '${String(raw)}' at '${path}:${capital(name)}' to type '${kind}'.`,
    );
  };
  return {
    value,
    section: (name) => section(value(name), `${path}:${capital(name)}`.replace("Extensions", "extensions")),
    text: (name) => typed(name, "System.String", (raw) => (typeof raw === "string" ? raw : undefined)),
    flag: (name) => typed(name, "System.Boolean", (raw) => ({ true: true, false: false })[String(raw).toLowerCase()]),
    count: (name) => {
      const count = typed(name, "System.Int32", (raw) => (/^-?\d+$/.test(String(raw)) ? Number(raw) : undefined));
      if (count !== undefined && count < 1) {
        throw new HostConfigError(
          `System.ArgumentOutOfRangeException: The value supplied must be greater than or equal to 1. (Parameter '${capital(name)}')`,
        );
      }
      return count;
    },
    time: (name) => typed(name, "System.TimeSpan", (raw) => timeSpanMs(String(raw))),
  };
}

const capital = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

function timeSpanMs(text: string): number | undefined {
  const [, days = "0", hours, minutes, seconds, fraction = "0"] =
    /^(?:(\d+)\.)?(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:\.(\d{1,7}))?)?$/.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds ?? 0) > 59) return undefined;
  const whole = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds ?? 0);
  return whole * 1000 + Number(`0.${fraction}`) * 1000;
}
