// The calendar's keeper: holds the built-in calendar against the broker's once a trading day, and tells people where they differ or when it ends.
import { InvariantError, TransientError } from "../core/model/errors.ts";
import type { TradingWindow } from "../core/model/settings.ts";
import { addMs, dayMs, type TradingDay } from "../core/model/time.ts";
import {
  type CalendarDifference,
  calendarExpiresOn,
  calendarWarning,
  compareCalendars,
  describeDifference,
} from "../core/schedule/calendarCheck.ts";
import { stricterWindow } from "../core/schedule/stricterWindow.ts";
import { sessionsBetween, tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { SettingsStore } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { Outbox } from "./outbox.ts";

export type CalendarKeeper = {
  /** Does nothing when this process has compared today. Never throws: a comparison that fails is logged. */
  check(): Promise<void>;
  /** The window as it holds now: narrower than the settings where this process knows that the broker's calendar is stricter. */
  narrow(window: TradingWindow): TradingWindow;
};

/** Settings whose window is narrowed by what the keeper knows when they are read. */
export const withCalendar = (settings: SettingsStore, keeper: Pick<CalendarKeeper, "narrow">): SettingsStore => ({
  ...settings,
  read: async () => {
    const stored = await settings.read();
    return stored === undefined ? undefined : { ...stored, window: keeper.narrow(stored.window) };
  },
});

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
  let known: readonly CalendarDifference[] = [];

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
    const atBroker = await broker.sessions(today, to);
    // Past its last day the broker's calendar says nothing: it may end there.
    const through = atBroker.at(-1)?.day;
    if (through === undefined)
      throw new InvariantError("INTERNAL", `the broker's calendar lists no session from ${today} to ${to}`);
    const differences = compareCalendars(sessionsBetween(today, through), atBroker);
    known = differences;
    telemetry.event("info", "calendar.compared", { from: today, to: through, differences: differences.length });
    if (differences.length > 0) await tell(today, differences);
  }

  async function tell(today: TradingDay, differences: readonly CalendarDifference[]): Promise<void> {
    const text = [
      ...differences.map(describeDifference),
      "Trading keeps to the stricter of the two once a process has compared them. To close a day for certain, add it to trading_window.holidays.",
    ].join("\n");
    await post(`calendar.differs.${today}`, "The broker's calendar differs from the built-in one", text);
  }

  const post = (id: string, title: string, text: string): Promise<void> =>
    outbox.post({ schemaVersion: 1, id, severity: "warning", title, text, at: clock.now(), attempt: 1 });

  return { check, narrow: (window) => stricterWindow(window, known, tradingDayOf(clock.now())) };
}
