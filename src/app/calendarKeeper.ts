// The calendar's keeper: holds the built-in calendar against the broker's once a trading day, and tells people where they differ or when it ends.
import { TransientError } from "../core/model/errors.ts";
import { addMs, dayMs, type TradingDay } from "../core/model/time.ts";
import {
  type CalendarDifference,
  calendarExpiresOn,
  calendarWarning,
  compareCalendars,
  describeDifference,
} from "../core/schedule/calendarCheck.ts";
import { sessionsBetween, tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { Outbox } from "./outbox.ts";

export type CalendarKeeper = {
  /** Does nothing when this process has compared today. Never throws: a comparison that fails is logged. */
  check(): Promise<void>;
};

/** Far enough that people can act before the day comes, weekends and holidays between. */
const aheadMs = 14 * dayMs;

export function createCalendarKeeper(ports: {
  readonly broker: Broker;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): CalendarKeeper {
  const { broker, outbox, clock, telemetry } = ports;
  let comparedOn: TradingDay | undefined;

  async function check(): Promise<void> {
    const today = tradingDayOf(clock.now());
    if (comparedOn === today) return;
    // Before anything is awaited, so that two checks at once ask once.
    comparedOn = today;
    const warning = calendarWarning(today);
    if (warning !== undefined) await post(`calendar.ends.${today}`, "The trading calendar is about to end", warning);
    try {
      await compare(today);
    } catch (failure) {
      // What the broker answers wrongly it would answer wrongly a minute later too.
      if (failure instanceof TransientError) comparedOn = undefined;
      telemetry.event("warning", "calendar.notCompared", { message: String(failure) });
    }
  }

  async function compare(today: TradingDay): Promise<void> {
    const ahead = tradingDayOf(addMs(clock.now(), aheadMs));
    const to = ahead < calendarExpiresOn ? ahead : calendarExpiresOn;
    const differences = compareCalendars(sessionsBetween(today, to), await broker.sessions(today, to));
    telemetry.event("info", "calendar.compared", { from: today, to, differences: differences.length });
    if (differences.length > 0) await tell(today, differences);
  }

  async function tell(today: TradingDay, differences: readonly CalendarDifference[]): Promise<void> {
    const text = [
      ...differences.map(describeDifference),
      "Trading goes by the built-in calendar. Where the broker's is right and closed, add the day to trading_window.holidays.",
    ].join("\n");
    await post(`calendar.differs.${today}`, "The broker's calendar differs from the built-in one", text);
  }

  const post = (id: string, title: string, text: string): Promise<void> =>
    outbox.post({ schemaVersion: 1, id, severity: "warning", title, text, at: clock.now(), attempt: 1 });

  return { check };
}
