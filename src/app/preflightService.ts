// Gathers what the go or no-go before the open is judged by: everything at once, and what fails is a fact too.
import type { ContractFinding } from "../core/operations/contract.ts";
import { judgePreflight, type Preflight } from "../core/operations/preflight.ts";
import type { Known } from "../core/operations/preflightFacts.ts";
import { heartbeatOf } from "../core/operations/probe.ts";
import { tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type { Broker } from "../ports/broker.ts";
import type { ContractCanary } from "../ports/contractCanary.ts";
import type { Channel } from "../ports/notifier.ts";
import type { ControlStore, MonitorStore, MorningStore, TaskStore } from "../ports/stores.ts";
import { readSettings } from "./automationSettings.ts";
import { calendarProbe, describeFailure, type ProbePorts, probesOf, runProbes } from "./probes.ts";

export type PreflightService = {
  /** Changes nothing. Today's findings at the broker are those of the morning; before it, the broker's routes are asked now. Never throws. */
  judge(): Promise<Preflight>;
};

/** What a probe tells that the preflight reads in another way. */
const notJudged = ["queue.", "broker.account"];

export function createPreflightService(
  ports: Omit<ProbePorts, "broker"> & {
    readonly broker: Broker;
    readonly control: ControlStore;
    readonly monitor: MonitorStore;
    readonly morning: MorningStore;
    readonly tasks: TaskStore;
    readonly canary: ContractCanary;
    readonly channels: readonly Channel[];
  },
): PreflightService {
  const { broker, control, monitor, morning, tasks, canary, settings, queueWatch, channels, mode, clock } = ports;

  async function findings(): Promise<readonly ContractFinding[]> {
    const stored = (await morning.read())?.morning;
    return stored?.day === tradingDayOf(clock.now()) ? stored.findings : canary.check();
  }

  return {
    judge: async () => {
      const probes = [...probesOf(ports), calendarProbe(ports)].filter(
        ({ name }) => !notJudged.some((each) => name.startsWith(each)),
      );
      const [known, probed] = await Promise.all([
        Promise.all([
          knownOf(async () => (await control.read()).state),
          knownOf(() => readSettings(settings)),
          knownOf(async () => {
            const { tasks: stored, unreadable } = await tasks.list();
            return { tasks: stored.map(({ task }) => task), unreadable: unreadable.map(({ key }) => key) };
          }),
          knownOf(() => broker.account()),
          knownOf(async () => (await monitor.read())?.state),
          knownOf(async () => heartbeatOf(await control.lastBeat(), clock.now())),
          knownOf(findings),
          knownOf(async () => {
            const [runs, notifications] = await Promise.all([
              queueWatch.look("runs"),
              queueWatch.look("notifications"),
            ]);
            return { runs: runs.deadLetters, notifications: notifications.deadLetters };
          }),
        ]),
        runProbes(probes, { clock }),
      ]);
      const [switches, automation, list, account, watched, heartbeat, found, deadLetters] = known;
      return judgePreflight({
        now: clock.now(),
        mode,
        control: switches,
        settings: automation,
        tasks: list,
        account,
        monitor: watched,
        heartbeat,
        findings: found,
        deadLetters,
        channels: channels.map(({ name }) => name),
        probes: probed,
      });
    },
  };
}

async function knownOf<T>(read: () => Promise<T>): Promise<Known<T>> {
  try {
    return { ok: true, value: await read() };
  } catch (failure) {
    return { ok: false, detail: describeFailure(failure) };
  }
}
