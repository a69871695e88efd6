// The time that this thread has had of a core: on a machine with other work it says what a bench costs, where the clock says how long it waited.
import { type PerformanceEntry, PerformanceObserver } from "node:perf_hooks";
import { setTimeout as passed } from "node:timers/promises";

/** Milliseconds that the call takes of a core, and what it returns. */
export function threadTimed<Result>(run: () => Result): { readonly ms: number; readonly result: Result } {
  const before = process.threadCpuUsage();
  const result = run();
  const { user, system } = process.threadCpuUsage(before);
  return { ms: (user + system) / 1000, result };
}

/** Counts from now on how long the thread stands still for its garbage. The result ends the count: milliseconds of the pauses since a moment. */
export function pausesCounted(): (sinceMs: number) => Promise<number> {
  const pauses: PerformanceEntry[] = [];
  const observer = new PerformanceObserver((list) => pauses.push(...list.getEntries()));
  observer.observe({ entryTypes: ["gc"] });
  return async (sinceMs) => {
    // They are told only when the thread has nothing else to do.
    await passed(10);
    observer.disconnect();
    return pauses.filter(({ startTime }) => startTime >= sinceMs).reduce((sum, { duration }) => sum + duration, 0);
  };
}
