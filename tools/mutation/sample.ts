// A seeded sample of mutants.
import { createHash } from "node:crypto";
import { relative } from "node:path";

type Position = { readonly line: number; readonly column: number };
export type Mutant = {
  readonly id: string;
  readonly fileName: string;
  readonly mutatorName: string;
  readonly replacement?: string | undefined;
  readonly location: { readonly start: Position; readonly end: Position };
};

/** The ids of those whose digests are lowest: no mutant is likelier than another, and a larger sample holds the smaller one. */
export function sampleOf(mutants: readonly Mutant[], size: number, seed: string): ReadonlySet<string> {
  const ranked = mutants.map((mutant) => [rank(mutant, seed), mutant.id] as const);
  ranked.sort(([a], [b]) => (a < b ? -1 : 1));
  return new Set(ranked.slice(0, size).map(([, id]) => id));
}

function rank({ fileName, mutatorName, replacement, location: { start, end } }: Mutant, seed: string): string {
  const place = [relative(process.cwd(), fileName), start.line, start.column, end.line, end.column];
  return createHash("sha256")
    .update(JSON.stringify([seed, ...place, mutatorName, replacement]))
    .digest("hex");
}
