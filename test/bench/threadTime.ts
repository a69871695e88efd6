// The time that this thread has had of a core: on a machine with other work it says what a bench costs, where the clock says how long it waited.

/** Milliseconds that the call takes of a core, and what it returns. */
export function threadTimed<Result>(run: () => Result): { readonly ms: number; readonly result: Result } {
  const before = process.threadCpuUsage();
  const result = run();
  const { user, system } = process.threadCpuUsage(before);
  return { ms: (user + system) / 1000, result };
}
