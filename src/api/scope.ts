// The part of the account that a switch is for: its shape, and that it is there. A misprint must not pass for a halt.
import { z } from "zod";
import type { App } from "../app/app.ts";
import { checkSymbols } from "../app/symbolCheck.ts";
import type { Scope } from "../core/model/control.ts";
import { InvariantError, RefusedError } from "../core/model/errors.ts";
import { symbol } from "../core/model/parse.ts";
import { taskId } from "./parameters.ts";

/** Parts are named as they are written everywhere. */
export const scope = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("account") }),
  z.strictObject({ kind: z.literal("task"), id: taskId }),
  z.strictObject({ kind: z.literal("symbol"), id: symbol }),
  z.strictObject({ kind: z.literal("strategy"), id: z.string().min(1).max(32) }),
]);

type Ports = Pick<App, "tasks" | "settings" | "control" | "assets">;

/** Throws RefusedError `BAD_SCOPE` for a part that is not there. One that is switched already can always be switched again. */
export async function refuseUnknown(ports: Ports, part: Scope): Promise<void> {
  if (part.kind === "account" || (await isThere(ports, part)) || (await isSwitched(ports, part))) return;
  const what =
    part.kind === "symbol"
      ? `neither a task nor an asset of the broker that is called ${part.id}`
      : `no ${part.kind} "${part.id}"`;
  throw new RefusedError("BAD_SCOPE", `there is ${what}; nothing was switched`);
}

type Part = Exclude<Scope, { kind: "account" }>;

async function isThere(ports: Ports, { kind, id }: Part): Promise<boolean> {
  if (kind === "task") return (await ports.tasks.get(id)) !== undefined;
  if (kind === "symbol") return (await isTraded(ports, id)) || isAsset(ports, id);
  // Loaded with the app, which has it already: indexing does not need it.
  const { findStrategy } = await import("../core/strategies/registry.ts");
  return findStrategy(id) !== undefined;
}

/** A list that is in no task's name trades nothing; a task that cannot be read may trade anything. */
async function isTraded({ tasks, settings }: Ports, id: string): Promise<boolean> {
  const [listed, stored] = await Promise.all([tasks.list(), settings.read()]);
  if (stored === undefined) throw new InvariantError("UNREADABLE_ROW", "the settings table holds no settings");
  const lists = new Set(
    Object.entries(stored.universes).flatMap(([name, symbols]) => (symbols.includes(id) ? [name] : [])),
  );
  return (
    listed.unreadable.length > 0 ||
    listed.tasks.some(({ task }) => task.symbols?.includes(id) ?? lists.has(task.universe ?? ""))
  );
}

/** True also where the broker cannot be asked. */
async function isAsset({ assets }: Ports, symbol: string): Promise<boolean> {
  const { faults } = await checkSymbols(assets, [{ symbol, path: "scope" }]);
  return faults.length === 0;
}

const isSwitched = async ({ control }: Ports, { kind, id }: Part): Promise<boolean> =>
  (await control.read()).state.restrictions.some(({ scope }) => scope.kind === kind && scope.id === id);
