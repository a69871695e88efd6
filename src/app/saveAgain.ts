// Saving what others may save at the same moment: where they were first, the change is made again on what is there then.
import { TransientError } from "../core/model/errors.ts";

/** For what many write at once, such as the desk of notifications. */
export const manyWriters = { tries: 20 };
/** What is said where the desk cannot be saved all the same. */
export const deskBusy = "the desk of notifications is written by too many at once";

/**
 * What `attempt` answers; it is called again while that is undefined, for then another one has saved meanwhile. Throws TransientError
 * `STORE_UNAVAILABLE` with `message` when others keep saving.
 */
export async function saveAgain<T>(
  attempt: () => Promise<T | undefined>,
  message: string,
  { tries = 5 }: { readonly tries?: number } = {},
): Promise<T> {
  for (let tried = 0; tried < tries; tried++) {
    const saved = await attempt();
    if (saved !== undefined) return saved;
  }
  throw new TransientError("STORE_UNAVAILABLE", message);
}
