// How long history is kept, and what may be gone because it was kept long enough.
import { addMs, dayMs, type Instant } from "../model/time.ts";

/** Runs before it may be purged. */
export const retentionStart = (now: Instant, historyRetentionDays: number): Instant =>
  addMs(now, -historyRetentionDays * dayMs);

/**
 * Runs before it may have been purged up to now: under the setting that holds, or under one that held before. `versions` are all versions of
 * the setting, oldest first. Undefined for no version.
 */
export const purgedBefore = (
  versions: readonly { readonly changedAt: Instant; readonly historyRetentionDays: number }[],
  now: Instant,
): Instant | undefined =>
  versions
    .map(({ historyRetentionDays }, index) =>
      retentionStart(versions[index + 1]?.changedAt ?? now, historyRetentionDays),
    )
    .sort()
    .at(-1);
