// Watches the troubles that are states: looks whether each still stands, and says which are over.
import { InvariantError } from "../core/model/errors.ts";
import type { Notification } from "../core/model/notification.ts";
import type { AgendaEntry } from "../core/model/slot.ts";
import type { Instant } from "../core/model/time.ts";
import type { Trouble } from "../core/notifications/desk.ts";
import {
  calendarEndFingerprint,
  calendarFingerprint,
  contractFingerprint,
  driftFingerprint,
  driftPrefix,
  endOf,
  orderFingerprint,
  orderPrefix,
  rowPrefix,
  settledOf,
} from "../core/notifications/states.ts";
import { calendarWarning } from "../core/schedule/calendarCheck.ts";
import { tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type {
  ExecutionRepository,
  MonitorStore,
  MorningStore,
  SettingsStore,
  SlotLedger,
  TaskStore,
} from "../ports/stores.ts";

export type TroubleWatch = {
  /** What is to be told of those that are over. Reads only what they depend on, so nothing where there is no trouble. Throws as the stores do. */
  over(troubles: readonly Trouble[], now: Instant): Promise<readonly Notification[]>;
};

export function createTroubleWatch(ports: {
  readonly executions: ExecutionRepository;
  readonly monitor: MonitorStore;
  readonly morning: MorningStore;
  readonly settings: SettingsStore;
  readonly slots: Pick<SlotLedger, "due">;
  readonly tasks: TaskStore;
}): TroubleWatch {
  const { executions, monitor, morning, settings, slots, tasks } = ports;

  async function ordersInDoubt(): Promise<readonly string[]> {
    const runs = await executions.outstanding();
    const records = await Promise.all(runs.map(({ executionId }) => executions.get(executionId)));
    return records
      .flatMap((record) => record?.outcomes ?? [])
      .filter(({ kind }) => kind === "unknown")
      .map(({ ticket }) => orderFingerprint(ticket.clientOrderId));
  }

  async function drifts(): Promise<readonly string[]> {
    return ((await monitor.read())?.state.drifts ?? []).map(driftFingerprint);
  }

  /** Of a row that cannot be read its task's newest version is one, and every version that is due. */
  async function isReadable(taskId: string, due: readonly AgendaEntry[]): Promise<boolean> {
    const own = due.filter((entry) => entry.taskId === taskId);
    try {
      await Promise.all([tasks.get(taskId), ...own.map(({ version }) => tasks.version(taskId, version))]);
      return true;
    } catch (failure) {
      if (failure instanceof InvariantError) return false;
      throw failure;
    }
  }

  async function unreadableRows(troubles: readonly Trouble[], now: Instant): Promise<readonly string[]> {
    const due = await slots.due(now);
    const standing: string[] = [];
    for (const { fingerprint } of troubles)
      if (!(await isReadable(fingerprint.slice(rowPrefix.length), due))) standing.push(fingerprint);
    return standing;
  }

  const calendar = async (): Promise<readonly string[]> =>
    ((await settings.read())?.calendar?.differences ?? []).length > 0 ? [calendarFingerprint] : [];

  const contract = async (): Promise<readonly string[]> =>
    ((await morning.read())?.morning.findings ?? []).length > 0 ? [contractFingerprint] : [];

  /** By the beginning of a fingerprint: those that stand. */
  const standing: Readonly<Record<string, (troubles: readonly Trouble[], now: Instant) => Promise<readonly string[]>>> =
    {
      [orderPrefix]: ordersInDoubt,
      [driftPrefix]: drifts,
      [rowPrefix]: unreadableRows,
      [calendarFingerprint]: calendar,
      [calendarEndFingerprint]: async (_, now) =>
        calendarWarning(tradingDayOf(now)) === undefined ? [] : [calendarEndFingerprint],
      [contractFingerprint]: contract,
    };

  return {
    over: async (troubles, now) => {
      const ends: Notification[] = [];
      for (const [prefix, look] of Object.entries(standing)) {
        const settled = settledOf(troubles, prefix, now);
        if (settled.length === 0) continue;
        const still = await look(settled, now);
        ends.push(...settled.filter(({ fingerprint }) => !still.includes(fingerprint)).map((each) => endOf(each, now)));
      }
      return ends;
    },
  };
}
