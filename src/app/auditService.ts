// The audit: the chains of all accounts held against themselves and against the rows they stand for, naming the first broken link of each.
import { purgedBefore } from "../core/audit/retention.ts";
import { ConfigError } from "../core/model/errors.ts";
import type { MonitorSettings } from "../core/model/settings.ts";
import type { Instant, TradingDay } from "../core/model/time.ts";
import { tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type { Clock } from "../ports/clock.ts";
import type { AuditStore, ExecutionRepository, SettingsStore } from "../ports/stores.ts";
import { type AccountAudit, auditAccount } from "./accountAudit.ts";

export type AuditReport = {
  readonly from: TradingDay;
  readonly to: TradingDay;
  readonly accounts: readonly AccountAudit[];
  readonly intact: boolean;
};
export type AuditService = {
  /**
   * Verifies the links of these days, both included: by default all of them up to today. Reads the row of each, and of the days after the range
   * the links alone, as far as rows have been written again since. Throws ConfigError for a range that ends before it begins.
   */
  verify(range: { readonly from?: TradingDay; readonly to?: TradingDay }): Promise<AuditReport>;
};

export function createAuditService(ports: {
  readonly audit: AuditStore;
  readonly executions: ExecutionRepository;
  readonly settings: SettingsStore;
  readonly clock: Clock;
}): AuditService {
  const { audit, executions, settings, clock } = ports;

  /** Runs before it may have been purged: each version of the setting held for its time. */
  async function purgeLine(): Promise<Instant | undefined> {
    const newest = await settings.section("monitor");
    const versions = await Promise.all(
      Array.from({ length: newest?.version ?? 0 }, (_, index) => settings.section("monitor", index + 1)),
    );
    const held = versions.flatMap((section) => {
      if (section === undefined) return [];
      const { historyRetentionDays } = section.value as MonitorSettings;
      return [{ changedAt: section.changedAt, historyRetentionDays }];
    });
    return purgedBefore(held, clock.now());
  }

  return {
    verify: async ({ from: asked, to = tradingDayOf(clock.now()) }) => {
      const names = await audit.accounts();
      const firstDays = await Promise.all(names.map((account) => audit.nextDay(account)));
      const from = asked ?? [to, ...firstDays.filter((day) => day !== undefined)].sort()[0] ?? to;
      if (from > to) throw new ConfigError("range", [{ path: "from", message: `must not be later than ${to}` }]);
      let line: Promise<Instant | undefined> | undefined;
      const purgedUpTo = (): Promise<Instant | undefined> => {
        line ??= purgeLine();
        return line;
      };
      const accounts: AccountAudit[] = [];
      for (const account of names)
        accounts.push(await auditAccount({ audit, executions, purgedUpTo }, account, { from, to }));
      return { from, to, accounts, intact: accounts.every(({ broken }) => broken === undefined) };
    },
  };
}
