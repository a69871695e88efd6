// The calendar's keeper: holds the built-in calendar against the broker's once a trading day, and tells people where they differ or when it ends.
import { InvariantError, TransientError } from "../core/model/errors.ts";
import { addMs, dayMs, type Instant, type TradingDay } from "../core/model/time.ts";
import { calendarEndFingerprint, calendarFingerprint } from "../core/notifications/states.ts";
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
import type { AutomationSettings, SettingsStore, StoredCalendar } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { Outbox } from "./outbox.ts";

export type CalendarKeeper = {
  /** Does nothing when today has been compared. Never throws: a comparison that fails is logged. */
  check(compared: StoredCalendar | undefined): Promise<void>;
};

/** Settings whose window is narrowed by what was last found to differ when they are read. */
export const withCalendar = (settings: SettingsStore): SettingsStore => ({
  ...settings,
  read: async () => {
    const stored = await settings.read();
    return stored && narrowed(stored);
  },
});

/** The settings as they hold: their window where both calendars are open. */
export const narrowed = (settings: AutomationSettings): AutomationSettings =>
  settings.calendar === undefined
    ? settings
    : { ...settings, window: stricterWindow(settings.window, settings.calendar.differences) };

/** Far enough that people can act before the day comes, weekends and holidays between. */
const aheadMs = 14 * dayMs;

/** Where the broker's calendar differs from the built-in one in the next two weeks, as far as it goes. Throws as Broker reads do. */
export async function compareAhead(
  broker: Pick<Broker, "sessions">,
  now: Instant,
): Promise<{ readonly differences: readonly CalendarDifference[]; readonly through: TradingDay }> {
  const [today, ahead] = [tradingDayOf(now), tradingDayOf(addMs(now, aheadMs))];
  const to = ahead < calendarExpiresOn ? ahead : calendarExpiresOn;
  const atBroker = await broker.sessions(today, to);
  // Past its last day the broker's calendar says nothing: it may end there.
  const through = atBroker.at(-1)?.day;
  if (through === undefined)
    throw new InvariantError("INTERNAL", `the broker's calendar lists no session from ${today} to ${to}`);
  return { differences: compareCalendars(sessionsBetween(today, through), atBroker), through };
}

export function createCalendarKeeper(ports: {
  readonly broker: Broker;
  readonly settings: SettingsStore;
  readonly outbox: Outbox;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): CalendarKeeper {
  const { broker, settings, outbox, clock, telemetry } = ports;
  /** What the broker answers wrongly it would answer wrongly a minute later too. */
  let refusedOn: TradingDay | undefined;

  async function check(compared: StoredCalendar | undefined): Promise<void> {
    const today = tradingDayOf(clock.now());
    if (compared?.comparedOn === today || refusedOn === today) return;
    try {
      await compare(today);
    } catch (failure) {
      if (!(failure instanceof TransientError)) refusedOn = today;
      telemetry.event("warning", "calendar.notCompared", { message: String(failure) });
    }
  }

  async function compare(today: TradingDay): Promise<void> {
    const warning = calendarWarning(today);
    if (warning !== undefined)
      await post(calendarEndFingerprint, today, "The trading calendar is about to end", warning);
    const { differences, through } = await compareAhead(broker, clock.now());
    if (differences.length > 0) await tell(today, differences);
    await settings.saveCalendar({ comparedOn: today, differences });
    telemetry.event("info", "calendar.compared", { from: today, to: through, differences: differences.length });
  }

  async function tell(today: TradingDay, differences: readonly CalendarDifference[]): Promise<void> {
    const text = [...differences.map(describeDifference), "Trading keeps to the stricter of the two."].join("\n");
    await post(calendarFingerprint, today, "The broker's calendar differs from the built-in one", text);
  }

  const post = (fingerprint: string, today: TradingDay, title: string, text: string): Promise<void> =>
    outbox.post({
      schemaVersion: 1,
      id: `${fingerprint}.${today}`,
      kind: "calendar",
      fingerprint,
      severity: "warning",
      title,
      text,
      at: clock.now(),
      attempt: 1,
    });

  return { check };
}
