// Waits for something to become true, and says what it waited for when it does not.
import { setTimeout as delay } from "node:timers/promises";

/** The first value of `look` that is not undefined. Throws after `timeoutMs`. */
export async function poll<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  timeoutMs = 45_000,
): Promise<T> {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const value = await look();
    if (value !== undefined) return value;
    if (Date.now() > until) throw new Error(`waited ${timeoutMs} ms for ${what}`);
    await delay(20);
  }
}
