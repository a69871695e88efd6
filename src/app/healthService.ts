// Whether the app is ready, dependency by dependency, and whether its timer still fires.

import type { Instant } from "../core/model/time.ts";
import { type Heartbeat, heartbeatOf, isBeating, type ProbeResult } from "../core/operations/probe.ts";
import type { ControlStore } from "../ports/stores.ts";
import { type ProbePorts, probesOf, runProbes } from "./probes.ts";

export type Readiness = {
  readonly at: Instant;
  /** Every check is well. */
  readonly ready: boolean;
  readonly mode: "paper" | "live";
  readonly version: string;
  /** Digest of all stored settings; null while they cannot be read. */
  readonly settingsHash: string | null;
  readonly heartbeat: Heartbeat | null;
  readonly checks: readonly ProbeResult[];
};

export type Liveness = { readonly alive: boolean; readonly heartbeat: Heartbeat | null };

export type HealthService = {
  /** Never throws: what fails is a check that says so. */
  ready(): Promise<Readiness>;
  /** Alive while ticks come. Throws as the stores do: what cannot be read is not known to be alive. */
  live(): Promise<Liveness>;
};

export function createHealthService(
  ports: ProbePorts & { readonly control: Pick<ControlStore, "lastBeat">; readonly version: string },
): HealthService {
  const { control, mode, version, status, clock } = ports;
  return {
    ready: async () => {
      const stored = status.read().catch(() => undefined);
      const checks = await runProbes(probesOf(ports), { clock });
      // The probe of the book has waited for the same read, or has given it up.
      const known = checks.some(({ name, ok }) => name === "table.book" && ok) ? await stored : undefined;
      return {
        at: clock.now(),
        ready: checks.every(({ ok }) => ok),
        mode,
        version,
        settingsHash: known?.settings.hash ?? null,
        heartbeat: heartbeatOf(known?.lastBeat, clock.now()),
        checks,
      };
    },
    live: async () => {
      const heartbeat = heartbeatOf(await control.lastBeat(), clock.now());
      return { alive: isBeating(heartbeat), heartbeat };
    },
  };
}
