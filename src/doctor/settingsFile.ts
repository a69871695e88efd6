// App settings out of a file: local.settings.json, or what `az functionapp config appsettings list` prints.
import { z } from "zod";

const scalar = z.union([z.string(), z.number(), z.boolean()]).transform(String).nullish();
const localSettings = z.looseObject({ Values: z.record(z.string(), scalar) });
const listed = z.array(z.looseObject({ name: z.string(), value: scalar }));

/** The settings by name. Throws SyntaxError for what is neither. */
export function readSettingsFile(text: string): Readonly<Record<string, string>> {
  const json: unknown = JSON.parse(text);
  const [local, list] = [localSettings.safeParse(json), listed.safeParse(json)];
  const entries = local.success
    ? Object.entries(local.data.Values)
    : list.success
      ? list.data.map(({ name, value }) => [name, value] as const)
      : undefined;
  if (entries === undefined)
    throw new SyntaxError("it is neither a local.settings.json nor what az functionapp config appsettings list prints");
  return Object.fromEntries(entries.flatMap(([name, value]) => (value == null ? [] : [[name, value]])));
}
