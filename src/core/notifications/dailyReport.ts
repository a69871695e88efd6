// The report of a trading day: its figures, and what the digest gathered.
import type { Notification } from "../model/notification.ts";
import type { Instant } from "../model/time.ts";
import type { TodaysFigures } from "../reporting/todaysFigures.ts";
import { type Bundle, sizeOf } from "./desk.ts";
import { linesText } from "./sweep.ts";

export function dailyReportOf(
  figures: TodaysFigures,
  state: {
    readonly mode: string;
    readonly automation: string;
    readonly tradingState: string;
    readonly unknownOrders: number;
  },
  digest: Bundle,
  { at, lateSince }: { readonly at: Instant; readonly lateSince?: Instant },
): Notification {
  const { day, runs, ordersPlanned, ordersAccepted, ordersFilled, denials, truncated, profitLoss, drawdown } = figures;
  const result =
    profitLoss === null ? "not known" : `${profitLoss.usd} USD (${percent(profitLoss.fractionOfDayStart)})`;
  const facts = [
    { name: "Runs", value: `${runs}${truncated ? " or more" : ""}` },
    { name: "Orders", value: `${ordersPlanned} planned, ${ordersAccepted} accepted, ${ordersFilled} filled` },
    { name: "Denied", value: String(denials) },
    { name: "Result", value: result },
    ...(drawdown === null ? [] : [{ name: "Below the highest equity", value: percent(drawdown.fraction) }]),
    { name: "Orders in doubt", value: String(state.unknownOrders) },
    { name: "Automation", value: `${state.automation}, trading ${state.tradingState}` },
  ];
  const gathered = sizeOf(digest) === 0 ? "" : `\n\nAlso of today:\n${linesText(digest)}`;
  const late = lateSince === undefined ? "" : ` This report was due at ${lateSince}: nothing told it then.`;
  return {
    schemaVersion: 1,
    id: `report.${day}`,
    kind: "report",
    severity: "info",
    title: `${lateSince === undefined ? "" : "Late: "}${day}, ${state.mode}: ${runs} ${runs === 1 ? "run" : "runs"}, ${ordersFilled} orders filled, result ${result}`,
    text: `The trading day ${day} has ended.${late}${gathered}`.slice(0, 4000),
    facts,
    at,
    attempt: 1,
  };
}

const percent = (fraction: number): string => `${(fraction * 100).toFixed(2)} %`;
