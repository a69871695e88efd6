// Sections of the settings, and changes of them, as people read them.
import { z } from "zod";
import { type Difference, difference, principalText } from "./answers.ts";
import type { Call } from "./command.ts";
import { fields, type Paint, plain, short, when } from "./output.ts";

const principal = z.looseObject({ kind: z.string(), name: z.string() });
export const storedSection = z.looseObject({
  name: z.string(),
  value: z.unknown(),
  version: z.number(),
  changedAt: z.string(),
  changedBy: principal,
  reason: z.string(),
  confirmedBy: principal.optional(),
});
export const pendingChange = z.looseObject({
  id: z.string(),
  section: z.string(),
  value: z.unknown(),
  proposedAt: z.string(),
  proposedBy: principal,
  reason: z.string(),
});
export const settingsChange = z.looseObject({
  outcome: z.string(),
  section: storedSection,
  differences: z.array(difference),
  change: pendingChange.optional(),
  warnings: z.array(z.string()).default([]),
});
export type SettingsChange = z.infer<typeof settingsChange>;

export function sectionText(section: z.infer<typeof storedSection>, paint: Paint): string {
  const { name, value, version, changedAt, changedBy, reason, confirmedBy } = section;
  const parts = typeof value === "object" && value !== null ? Object.entries(value) : [];
  const second = confirmedBy === undefined ? "" : `, confirmed by ${principalText(confirmedBy)}`;
  return fields(
    [
      ["section", name],
      ["version", `${version}, ${when(changedAt)} by ${principalText(changedBy)}${second}: ${reason}`],
      ...parts.map(([field, held]) => [field, short(held)] as const),
    ],
    paint,
  );
}

/** A line a value, `maxGrossFraction: 0.95 → 1.2  (loosens)`; what loosens a limit stands out. */
export const differencesText = (differences: readonly Difference[], paint: Paint, indent = ""): string =>
  differences
    .map(({ path, from, to, loosens }) => {
      const change = plain(`${path}: ${short(from)} → ${short(to)}`);
      return `${indent}${loosens ? `${paint("yellow", change)}  (loosens)` : change}\n`;
    })
    .join("");

export const warningsText = (warnings: readonly string[], paint: Paint): string =>
  warnings.map((warning) => `${paint("yellow", "warning:")} ${plain(warning)}\n`).join("");

/** How a change ended, in one sentence. */
export function outcomeText({ outcome, section, change }: SettingsChange, { world }: Call): string {
  const { name, version } = section;
  const sentences: Readonly<Record<string, string>> = {
    unchanged: `${name} is as it was, version ${version}.`,
    changed: `${name} is changed, version ${version}.`,
    wouldChange: `${name} would change. Nothing was changed: this was a dry run.`,
    waiting: `${name} waits for another person: ${world.programName} changes confirm ${change?.id ?? "ID"}`,
  };
  return `${plain(sentences[outcome] ?? `${name}: ${outcome}`)}\n`;
}
