// Reads a recipe: its blocks of code with the files that they are for, and how a block of differences is applied.

/** `file` is the path in a line of its own above the block. */
export type Block = { readonly file: string | undefined; readonly language: string; readonly text: string };

export const blocksOf = (page: string): readonly Block[] =>
  [...page.matchAll(/(?:^`([\w./-]+)`\n\n)?^```(\w+)\n(.*?)^```$/gms)].map(([, file, language = "", text = ""]) => ({
    file,
    language,
    text,
  }));

/** The text with each part of the block changed, parts divided by lines of `@@`. Throws where what a part stands on is not there exactly once. */
export function applyDiff(text: string, diff: string): string {
  return diff
    .split(/^@@.*\n/m)
    .map((part) => part.split("\n").filter((line) => line !== ""))
    .reduce((changed, lines) => {
      const sideOf = (mark: string): string =>
        lines
          .filter((line) => line.startsWith(" ") || line.startsWith(mark))
          .map((line) => `${line.slice(1)}\n`)
          .join("");
      const [before, after] = [sideOf("-"), sideOf("+")];
      if (changed.split(before).length !== 2) throw new Error(`is not there once:\n${before}`);
      return changed.replace(before, () => after);
    }, text);
}
