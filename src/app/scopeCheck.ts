// Whether the part of the account that a switch is for is there: a misprint must not pass for a halt.
import type { Scope } from "../core/model/control.ts";
import { RefusedError } from "../core/model/errors.ts";
import { findStrategy } from "../core/strategies/registry.ts";
import type { ControlStore, SettingsStore, TaskStore } from "../ports/stores.ts";
import { readSettings } from "./automationSettings.ts";
import type { AssetLookup } from "./requestBudget.ts";
import { checkSymbols } from "./symbolCheck.ts";

export type ScopeCheck = {
  /** Throws RefusedError `BAD_SCOPE` for a part that is not there. One that is switched already can always be switched again. */
  refuseUnknown(scope: Scope): Promise<void>;
};

type Part = Exclude<Scope, { kind: "account" }>;

export function createScopeCheck(ports: {
  readonly tasks: TaskStore;
  readonly settings: SettingsStore;
  readonly control: Pick<ControlStore, "read">;
  readonly assets: AssetLookup;
}): ScopeCheck {
  const { tasks, settings, control, assets } = ports;

  async function refuseUnknown(scope: Scope): Promise<void> {
    if (scope.kind === "account" || (await isThere(scope)) || (await isSwitched(scope))) return;
    const what =
      scope.kind === "symbol"
        ? `neither a task nor an asset of the broker that is called ${scope.id}`
        : `no ${scope.kind} "${scope.id}"`;
    throw new RefusedError("BAD_SCOPE", `there is ${what}; nothing was switched`);
  }

  async function isThere({ kind, id }: Part): Promise<boolean> {
    if (kind === "task") return (await tasks.get(id)) !== undefined;
    if (kind === "symbol") return (await isTraded(id)) || isAsset(id);
    return findStrategy(id) !== undefined;
  }

  /** A list that is in no task's name trades nothing; a task that cannot be read may trade anything. */
  async function isTraded(symbol: string): Promise<boolean> {
    const [listed, { universes }] = await Promise.all([tasks.list(), readSettings(settings)]);
    const lists = new Set(Object.entries(universes).flatMap(([name, all]) => (all.includes(symbol) ? [name] : [])));
    return (
      listed.unreadable.length > 0 ||
      listed.tasks.some(({ task }) => task.symbols?.includes(symbol) ?? lists.has(task.universe ?? ""))
    );
  }

  /** True also where the broker cannot be asked. */
  async function isAsset(symbol: string): Promise<boolean> {
    const { faults } = await checkSymbols(assets, [{ symbol, path: "scope" }]);
    return faults.length === 0;
  }

  const isSwitched = async ({ kind, id }: Part): Promise<boolean> =>
    (await control.read()).state.restrictions.some(({ scope }) => scope.kind === kind && scope.id === id);

  return { refuseUnknown };
}
