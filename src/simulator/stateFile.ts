// Keeps the exchange's state in one file, replaced whole so that a crash leaves the old or the new one, never half of it.
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { ExchangeState } from "./exchangeState.ts";

/** The state kept in the file; undefined when there is none. Throws an Error that names the file when it cannot be read as a state of this seed. */
export function loadState(file: string, seed: number): ExchangeState | undefined {
  if (!existsSync(file)) return undefined;
  let state: ExchangeState;
  try {
    state = JSON.parse(readFileSync(file, "utf8")) as ExchangeState;
  } catch (cause) {
    throw new Error(`${file} is not a simulator state`, { cause });
  }
  if (state?.schemaVersion !== 2) throw new Error(`${file} is not a simulator state of this version`);
  if (state.seed !== seed) throw new Error(`${file} was kept under seed ${state.seed}, not ${seed}`);
  return state;
}

export function saveState(file: string, state: ExchangeState): void {
  const { orders, fills, ...rest } = state;
  const next = `${file}.next`;
  writeFileSync(next, `{"orders":${listJson(orders)},"fills":${listJson(fills)},${JSON.stringify(rest).slice(1)}`);
  renameSync(next, file);
}

/** Orders and fills are never changed, only replaced, so each is written out once however often the state is saved. */
const written = new WeakMap<object, string>();

const listJson = (items: readonly object[]): string => `[${items.map(itemJson).join(",")}]`;

function itemJson(item: object): string {
  const json = written.get(item) ?? JSON.stringify(item);
  written.set(item, json);
  return json;
}
