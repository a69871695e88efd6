// Every minute: what time alone makes due is queued – escalations, troubles that are over, what waited, the day's report, and what the queue did not take before.

import { addMs, dayMs, hourOf, type Instant } from "../core/model/time.ts";
import { dailyReportOf } from "../core/notifications/dailyReport.ts";
import { emptyDesk, type NotificationDesk } from "../core/notifications/desk.ts";
import { reportDue, sweep } from "../core/notifications/sweep.ts";
import { tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type { Clock } from "../ports/clock.ts";
import type { NotificationStore } from "../ports/notificationStore.ts";
import type { NotificationQueue } from "../ports/queues.ts";
import type { AutomationSettings, SettingsStore } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import { readSettings } from "./automationSettings.ts";
import type { SchedulerService } from "./schedulerService.ts";
import type { TroubleWatch } from "./troubleWatch.ts";

export type NotificationSweeper = {
  /** Safe to call at any time, and twice at once: what it queues has derived ids. Never throws: what fails is logged, and due again in a minute. */
  sweep(): Promise<void>;
};

export function createNotificationSweeper(ports: {
  readonly notifications: NotificationQueue;
  readonly notificationBook: NotificationStore;
  readonly schedulerService: SchedulerService;
  readonly troubleWatch: TroubleWatch;
  readonly settings: SettingsStore;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): NotificationSweeper {
  const { notifications, notificationBook: book, schedulerService, troubleWatch, settings, clock, telemetry } = ports;
  /** The hour in which this process last removed what is old. */
  let purgedHour = "";

  async function sweepOnce(): Promise<void> {
    const now = clock.now();
    const [{ desk, etag, parked }, automation] = await Promise.all([book.desk(), readSettings(settings)]);
    for (const notification of parked) {
      await notifications.enqueue(notification);
      await book.unpark(notification);
    }
    const swept = sweep(desk, automation.notifications, now);
    for (const post of swept.posts) await notifications.enqueue(post);
    for (const end of await troubleWatch.over(swept.desk.troubles, now)) await notifications.enqueue(end);
    const next = await report(swept.desk, automation, now);
    // Somebody else wrote meanwhile: the next minute finds the same due, and queues the same ids.
    if (next !== desk) await book.save({ desk: { desk: next, etag } });
    await purge(automation.monitor.historyRetentionDays, now);
  }

  async function report(
    desk: NotificationDesk,
    { notifications: wanted }: AutomationSettings,
    now: Instant,
  ): Promise<NotificationDesk> {
    const due = reportDue(desk, wanted, now);
    if (due === undefined) return desk;
    const { day, ...late } = due;
    const [status, figures] = await Promise.all([schedulerService.status(), schedulerService.figures(day)]);
    // What was gathered since a day that was missed is told with the report of a later one.
    const digest = day === tradingDayOf(now) ? desk.digest : emptyDesk.digest;
    await notifications.enqueue(dailyReportOf(figures, status, digest, { at: now, ...late }));
    return { ...desk, reportedDay: day, digest: digest === desk.digest ? emptyDesk.digest : desk.digest };
  }

  async function purge(retentionDays: number, now: Instant): Promise<void> {
    const hour = hourOf(now);
    if (purgedHour === hour) return;
    const removed = await book.purge(addMs(now, -retentionDays * dayMs));
    if (removed === 0) purgedHour = hour;
  }

  return {
    sweep: async () => {
      try {
        await sweepOnce();
      } catch (failure) {
        telemetry.event("error", "notification.notSwept", { message: String(failure) });
      }
    },
  };
}
