// Text as a channel takes it: printable, and no longer than allowed.

/** Without control characters but line breaks, without broken surrogates, and cut with an ellipsis at `most` UTF-16 units. Never empty. */
export function fittingText(text: string, most: number): string {
  const clean = text
    .replace(/\r\n?/g, "\n")
    .replace(/[^\P{Cc}\n]/gu, " ")
    .toWellFormed();
  if (clean.trim() === "") return "–";
  if (clean.length <= most) return clean;
  // A cut may go through a pair of surrogates.
  return `${clean.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}
