// The morning's keeper: half an hour before the open it holds the broker's answers against the recorded contract, and tells people go or no-go.
import type { Morning } from "../core/model/morning.ts";
import type { Notification } from "../core/model/notification.ts";
import { addMs, type Instant, minuteMs, type TradingDay } from "../core/model/time.ts";
import { contractFingerprint } from "../core/notifications/states.ts";
import type { ContractFinding } from "../core/operations/contract.ts";
import { type Preflight, preflightNotification } from "../core/operations/preflight.ts";
import { sessionOn, tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type { Clock } from "../ports/clock.ts";
import type { ContractCanary } from "../ports/contractCanary.ts";
import type { NotificationQueue } from "../ports/queues.ts";
import type { MorningStore } from "../ports/stores.ts";
import type { Telemetry } from "../ports/telemetry.ts";
import type { PreflightService } from "./preflightService.ts";

export type MorningKeeper = {
  /**
   * Call it every minute: it does its work once a trading day, from half an hour before the open. Where the app was away until after the open it
   * is made up for before the close, and said to be late. After no-go it looks on, and tells once that the day is go. After a crash it goes on
   * where it stopped: what was queued before is told under the same id, and the queue drops the double. Never throws: what fails is tried a
   * minute later.
   */
  check(): Promise<void>;
};

const beforeOpenMs = 30 * minuteMs;

export function createMorningKeeper(ports: {
  readonly morning: MorningStore;
  readonly canary: ContractCanary;
  readonly preflightService: PreflightService;
  readonly notifications: NotificationQueue;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}): MorningKeeper {
  const { morning, canary, preflightService, notifications, clock, telemetry } = ports;

  async function check(): Promise<void> {
    const now = clock.now();
    const day = tradingDayOf(now);
    const session = sessionOn(day);
    if (session === undefined || now < addMs(session.openAt, -beforeOpenMs) || now >= session.closeAt) return;
    const begun = await begin(day, now);
    if (begun === undefined) return;
    if (begun.told) return begun.go === false ? lookAgain(begun) : undefined;
    for (const { route, kind, detail } of begun.findings) {
      telemetry.event(kind === "breaking" ? "error" : "warning", "contract.differs", { route, kind, detail });
    }
    if (begun.findings.length > 0) await notifications.enqueue(contractNotification(begun, now));
    const preflight = await preflightService.judge();
    const late = now >= session.openAt ? { lateSince: session.openAt } : {};
    await tell(preflight, preflightNotification(preflight, late));
  }

  /** Whether a day that was no-go is go by now. */
  async function lookAgain({ day }: Morning): Promise<void> {
    const preflight = await preflightService.judge();
    if (preflight.go && preflight.day === day)
      await tell(preflight, preflightNotification(preflight, { wasNoGo: true }));
  }

  async function tell({ day, go }: Preflight, notification: Notification): Promise<void> {
    await notifications.enqueue(notification);
    telemetry.event(go ? "info" : "error", "preflight.told", { day, go });
    const stored = await morning.read();
    if (stored?.morning.day === day) await morning.write({ ...stored.morning, told: true, go }, stored.etag);
  }

  /** Today's morning with what the canary found; undefined when another process has just begun it. */
  async function begin(day: TradingDay, now: Instant): Promise<Morning | undefined> {
    const stored = await morning.read();
    if (stored?.morning.day === day) return stored.morning;
    const begun: Morning = { day, checkedAt: now, findings: await canary.check(), told: false };
    return (await morning.write(begun, stored?.etag)) ? begun : undefined;
  }

  return {
    check: async () => {
      try {
        await check();
      } catch (failure) {
        telemetry.event("error", "morning.failed", { message: String(failure) });
      }
    },
  };
}

function contractNotification({ day, findings }: Morning, at: Instant): Notification {
  const isBreaking = findings.some(({ kind }) => kind === "breaking");
  const line = ({ route, kind, detail }: ContractFinding): string => `${kind}: ${route} ${detail}`;
  return {
    schemaVersion: 1,
    id: `contract.${day}`,
    fingerprint: contractFingerprint,
    severity: isBreaking ? "error" : "warning",
    title: isBreaking
      ? "The broker's answers have changed where the app reads them"
      : "The broker's answers differ from what was recorded",
    text: [...findings.map(line), "`breaking` is a field that the app reads: halt until it is understood."]
      .join("\n")
      .slice(0, 4000),
    at,
    attempt: 1,
  };
}
