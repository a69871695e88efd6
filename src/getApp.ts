// The app of this process: composed at its first use and kept.
import type { Composed } from "./compose.ts";

export type { Composed };

let composed: Promise<Composed> | undefined;

/** Sends the telemetry that waits, before the process ends. Never throws. */
export async function flushTelemetry(): Promise<void> {
  const app = await composed?.catch(() => undefined);
  await app?.flush?.();
}

/**
 * The app, composed at the first call; a failure is forgotten, so that the next call tries again. Throws as `compose` does. Never called
 * while modules load: a throw there would leave a host without functions. The SDKs are loaded here too, which keeps indexing fast.
 */
export function getApp(): Promise<Composed> {
  composed ??= import("./compose.ts")
    .then(({ compose }) => compose(process.env))
    .catch((failure: unknown) => {
      composed = undefined;
      throw failure;
    });
  return composed;
}
