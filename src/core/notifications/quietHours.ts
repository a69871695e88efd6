// Whether an instant lies in the quiet hours.
import type { NotificationSettings } from "../model/settings.ts";
import { type Instant, instantFromMs, msFromInstant } from "../model/time.ts";
import { offsetMsAt } from "../schedule/zoneOffset.ts";

type QuietHours = NonNullable<NotificationSettings["quietHours"]>;

/** `start` itself is inside and `end` outside, on clocks of the zone; with `end` before `start` they go over midnight. */
export function isQuiet({ zone, start, end }: Pick<QuietHours, "zone" | "start" | "end">, now: Instant): boolean {
  const ms = msFromInstant(now);
  const time = instantFromMs(ms + offsetMsAt(zone, ms)).slice(11, 16);
  return start < end ? start <= time && time < end : start <= time || time < end;
}
