// The stored trading window and risk limits, read so that their absence is never mistaken for "no limits".
import { InvariantError } from "../core/model/errors.ts";
import type { AutomationSettings, SettingsStore } from "../ports/stores.ts";

/** Throws InvariantError when the tables have not been seeded. */
export async function readSettings(settings: SettingsStore): Promise<AutomationSettings> {
  const stored = await settings.read();
  if (stored === undefined) throw new InvariantError("UNREADABLE_ROW", "the settings table holds no settings");
  return stored;
}
