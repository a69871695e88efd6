// Go or no-go before the open: everything that decides whether the day can be traded, judged on one page of green, yellow and red.
import type { Notification } from "../model/notification.ts";
import type { Instant, TradingDay } from "../model/time.ts";
import { tradingDayOf } from "../schedule/tradingCalendar.ts";
import type { Light, PreflightFacts, PreflightItem } from "./preflightFacts.ts";
import { judges } from "./preflightItems.ts";

export type Preflight = {
  readonly at: Instant;
  readonly day: TradingDay;
  readonly mode: "paper" | "live";
  /** Nothing is red. */
  readonly go: boolean;
  readonly items: readonly PreflightItem[];
};

export function judgePreflight(facts: PreflightFacts): Preflight {
  const items = Object.entries(judges).map(([name, judge]) => ({ name, ...judge(facts) }));
  const { now: at, mode } = facts;
  return { at, day: tradingDayOf(at), mode, go: items.every(({ light }) => light !== "red"), items };
}

/**
 * The page as the morning's message. Told twice it is one: its id is the day's, and another where a day that was no-go is go after all.
 * `lateSince`: the open, where nothing was told before it.
 */
export function preflightNotification(
  { at, day, mode, go, items }: Preflight,
  { lateSince, wasNoGo = false }: { readonly lateSince?: Instant; readonly wasNoGo?: boolean } = {},
): Notification {
  const count = (light: Light): number => items.filter((item) => item.light === light).length;
  const lines = items.map(({ name, light, detail, remedy }) => {
    const todo = light === "red" && remedy !== undefined ? ` → ${remedy}` : "";
    return `${light === "green" ? "ok    " : light === "yellow" ? "note  " : "NO GO "} ${name}: ${detail}${todo}`;
  });
  const late = lateSince === undefined ? [] : [`Late: nothing was told before the open at ${lateSince}.`];
  return {
    schemaVersion: 1,
    id: `preflight.${day}${wasNoGo ? ".go" : ""}`,
    // A day's no-go is a trouble of its own: that yesterday's was acknowledged must not silence it. Go ends them all.
    fingerprint: go ? "preflight" : `preflight/${day}`,
    resolves: go,
    severity: go ? "info" : "error",
    title: `${late.length === 0 ? "" : "Late: "}${go ? "Go" : "NO GO"} for ${day}, ${mode}: ${count("red")} red, ${count("yellow")} to know, ${count("green")} well`,
    text: [...late, ...lines].join("\n").slice(0, 4000),
    at,
    attempt: 1,
  };
}
