// What a change of settings or configuration would do, a line a value; what loosens a limit stands out.
import type { Difference } from "./answers.ts";
import { type Paint, plain, short } from "./output.ts";

/** `  maxGrossFraction: 0.95 → 1.2  (loosens)`. */
export const differencesText = (differences: readonly Difference[], paint: Paint, indent = ""): string =>
  differences
    .map(({ path, from, to, loosens }) => {
      const change = plain(`${path}: ${short(from)} → ${short(to)}`);
      return `${indent}${loosens ? `${paint("yellow", change)}  (loosens)` : change}\n`;
    })
    .join("");
