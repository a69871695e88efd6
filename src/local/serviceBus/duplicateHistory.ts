// The ids of messages that were sent lately, by which duplicates are known.

/** Without a window nothing is remembered. */
export function createDuplicateHistory(windowMs: number | undefined) {
  const seen = new Map<string, number>();

  function forget(nowMs: number): void {
    for (const [id, atMs] of seen) {
      if (nowMs - atMs < (windowMs ?? 0)) return;
      seen.delete(id);
    }
  }

  return {
    has: (messageId: string, nowMs: number): boolean => {
      forget(nowMs);
      return seen.has(messageId);
    },
    add: (messageId: string, atMs: number): void => {
      if (windowMs !== undefined) seen.set(messageId, atMs);
    },
    entries: (): readonly (readonly [messageId: string, atMs: number])[] => [...seen],
  };
}
