// One readable line for everything that happens, in the exchange's time: ticks, runs, orders, fills, notifications.
import { styleText } from "node:util";
import { z } from "zod";
import type { Notification } from "../core/model/notification.ts";
import { type Instant, parseInstant } from "../core/model/time.ts";
import type { SimulatorEvent } from "../simulator/server.ts";

export type LiveView = {
  simulatorEvent(event: SimulatorEvent): void;
  notification(notification: Notification): void;
  /** A line the app or the host printed: an event becomes a readable line, anything else is shown when verbose. */
  hostLine(line: string): void;
};

export type TelemetryLine = { readonly event: string; readonly [field: string]: unknown };

const telemetryLine = z.looseObject({ event: z.string() });

/** An event line of the app's, undefined for any other line. */
export function readTelemetryLine(line: string): TelemetryLine | undefined {
  if (!line.startsWith("{")) return undefined;
  try {
    return telemetryLine.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

export function createLiveView(options: {
  readonly now: () => Instant;
  readonly verbose: boolean;
  readonly print: (line: string) => void;
}): LiveView {
  const { now, verbose, print } = options;
  const line = (kind: string, colour: Parameters<typeof styleText>[0], text: string): void =>
    print(`${styleText("dim", newYorkTime(now()))}  ${styleText(colour, kind.padEnd(6))}  ${text}`);

  return {
    simulatorEvent: (event) => {
      if (event.type === "fill") {
        line("fill", "green", `${event.side} ${event.qty} ${event.symbol} at ${dollars(event.price)}`);
      } else if (event.type === "request" && verbose) {
        line("alpaca", "dim", `${event.method} ${event.path} ${event.status}`);
      }
    },
    notification: ({ severity, title }) =>
      line(
        "notify",
        severity === "error" ? "red" : severity === "warning" ? "yellow" : "magenta",
        `${severity}: ${title}`,
      ),
    hostLine: (text) => {
      const event = readTelemetryLine(text);
      const told = event === undefined ? undefined : describe(event);
      if (told !== undefined) line(...told);
      else if (verbose || event?.level === "error") print(styleText("dim", text));
    },
  };
}

type Line = readonly [kind: string, colour: "cyan" | "blue" | "green" | "yellow" | "red" | "white", text: string];

/** Undefined for events that the simulator or the sink shows better, and for those only `--verbose` is to see. */
function describe(event: TelemetryLine): Line | undefined {
  const text = (field: string): string => String(event[field] ?? "");
  switch (event.event) {
    case "tick":
      return ["tick", "cyan", describeTick(text)];
    case "run.started":
      return ["run", "blue", `${text("runId")} started`];
    case "run.resumed":
      return ["run", "yellow", `${text("runId")} resumed from its stored plan`];
    case "run.retry":
      return ["run", "yellow", `${text("runId")} tries again in ${text("delayMs")} ms: ${text("message")}`];
    case "run.ended":
      return ["run", event.level === "error" ? "red" : event.level === "warning" ? "yellow" : "blue", text("text")];
    case "order.accepted":
      return ["order", "white", `${text("side")} ${text("qty")} ${text("symbol")}  ${text("clientOrderId")}`];
    case "order.rejected":
    case "order.withheld":
    case "order.unknown":
    case "order.notPlaced":
      return [
        "order",
        "yellow",
        `${text("side")} ${text("qty")} ${text("symbol")} ${event.event.slice(6)}: ${text("message")}`,
      ];
    case "control.changed":
      return [
        "state",
        "yellow",
        `${text("action")}: automation ${text("automation")}, trading ${text("tradingState")} (${text("reason")})`,
      ];
    default:
      return describeFollowed(event, text);
  }
}

/** What the monitor finds after a run, and every other error. */
function describeFollowed(event: TelemetryLine, text: (field: string) => string): Line | undefined {
  const problem = event.level === "error" ? "red" : "yellow";
  switch (event.event) {
    case "order.changed": {
      const detail = text("detail") === "" ? "" : `: ${text("detail")}`;
      const isLost = text("state") === "notPlaced";
      const became = isLost ? "never reached the broker" : `is ${text("state").replaceAll("_", " ")}`;
      return ["order", isLost ? "yellow" : "white", `${text("clientOrderId")} ${became}${detail}`];
    }
    case "drift.confirmed":
      return [
        "drift",
        "yellow",
        `${text("symbol")}: ${text("atBroker")} shares at the broker, ${text("believed")} by our orders; ${text("state")}`,
      ];
    case "monitor.failed":
      return ["check", problem, `the check failed: ${text("message")}`];
    default:
      return event.level === "error"
        ? ["error", "red", `${event.event}: ${text("message") || text("detail")}`]
        : undefined;
  }
}

function describeTick(text: (field: string) => string): string {
  const until = parseInstant(text("until"));
  const time = until === undefined ? "" : newYorkTime(until);
  const slots = text("slots") === "" ? "" : `; ${text("slots")}`;
  return text("window") === "open"
    ? `window open until ${time.slice(11, 16)}${slots}`
    : `window closed (${text("reason")}), next open ${time.slice(0, 16)}${slots}`;
}

const newYork = new Intl.DateTimeFormat("sv-SE", {
  timeZone: "America/New_York",
  dateStyle: "short",
  timeStyle: "medium",
});

/** `2026-06-15 09:30:00`, New York. */
export const newYorkTime = (instant: Instant): string => newYork.format(new Date(instant));

const dollars = (value: unknown): string => `$${String(value)}`;
