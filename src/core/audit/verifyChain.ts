// The chain held against itself and against the rows that it stands for: what is sound, and what is broken first and why.
import type { TradingDay } from "../model/time.ts";
import { type ChainLink, chainLinkSchema, hashOf } from "./chain.ts";

/** Where a chain is broken: the link at this place, or the one that should be there. */
export type BrokenLink = {
  readonly day: TradingDay;
  readonly seq: number;
  /** What the link stands for; `link` and an empty key where it is gone or cannot be read. */
  readonly kind: string;
  readonly key: string;
  readonly why: string;
};

export type FollowedDay = {
  /** Up to the first broken one. */
  readonly sound: readonly ChainLink[];
  readonly broken?: BrokenLink;
};

type Place = Pick<ChainLink, "account" | "day" | "seq" | "previous">;

/** Follows the links of one account and day, in the order in which they lie, from `previous`: the hash of the link before, empty for none. */
export function followDay(
  { account, day }: Pick<ChainLink, "account" | "day">,
  rows: readonly unknown[],
  previous: string,
): FollowedDay {
  const links = rows.map((row) => chainLinkSchema.safeParse(row).data);
  const readable = links.filter((link) => link !== undefined);
  const sound: ChainLink[] = [];
  for (const [index, link] of links.entries()) {
    const place = { account, day, seq: index + 1, previous: sound.at(-1)?.hash ?? previous };
    const judged = judgeLink(link, place, readable);
    if (typeof judged === "string") {
      const { kind = "link", key = "" } = readable.find((each) => each.day === day && each.seq === place.seq) ?? {};
      return { sound, broken: { day, seq: place.seq, kind, key, why: judged } };
    }
    sound.push(judged);
  }
  return { sound };
}

/** The link where it is sound, else what is wrong with it. */
function judgeLink(link: ChainLink | undefined, place: Place, readable: readonly ChainLink[]): ChainLink | string {
  if (link === undefined) return "it cannot be read";
  if (link.account !== place.account || link.day !== place.day)
    return `a link of ${link.account} of ${link.day} lies in its place`;
  if (link.seq !== place.seq)
    return readable.some(({ seq }) => seq === place.seq)
      ? `links were reordered: number ${link.seq} lies in its place`
      : `it was removed: number ${link.seq} lies in its place`;
  if (link.hash !== hashOf(link)) return "it was changed: its hash is not that of what it says";
  if (link.previous === place.previous) return link;
  return place.previous === ""
    ? "the links before it were removed"
    : "it does not continue the link before it: one of the two was changed, or links between them were removed";
}

/** The newest of these links for each row that they stand for. */
export const newestByRow = (
  links: readonly ChainLink[],
  rowsOf: (link: ChainLink) => readonly string[],
): ReadonlyMap<string, ChainLink> => new Map(links.flatMap((link) => rowsOf(link).map((row) => [row, link] as const)));

/** A row that does not hold what its newest link so far says; a later link may say it. */
export type OpenRow = {
  readonly link: ChainLink;
  /** What the row holds; undefined: it is gone. */
  readonly digest: string | undefined;
};

export const brokenRow = ({ link, digest }: OpenRow, row: string): BrokenLink =>
  brokenAt(link, digest === undefined ? `its row is gone: ${row}` : `its row was changed: ${row}`);

/**
 * What is wrong with the head, which should be the newest link. `end`: the newest link that was found; undefined: none was. The head was read
 * before the walk and after it, because the chain may grow meanwhile; `there` is the link that lies where the first one points.
 */
export function headFault(
  end: ChainLink | undefined,
  {
    before,
    after,
    there,
  }: { readonly before: ChainLink | undefined; readonly after: ChainLink | undefined; readonly there: unknown },
): BrokenLink | undefined {
  if (before === undefined || after === undefined)
    return end && brokenAt(end, "the head of the chain is missing, and newer links may be too");
  if (end === undefined || isBefore(end, before)) {
    const seq = end?.day === before.day ? end.seq + 1 : 1;
    const why = "it was removed: the head of the chain names it or a newer one";
    return { day: before.day, seq, kind: "link", key: "", why };
  }
  if (chainLinkSchema.safeParse(there).data?.hash !== before.hash)
    return brokenAt(end, "the head of the chain names another link than the one that lies there");
  return isBefore(after, end) ? brokenAt(end, "the head of the chain was put back to an older link") : undefined;
}

const brokenAt = ({ day, seq, kind, key }: ChainLink, why: string): BrokenLink => ({ day, seq, kind, key, why });

type Position = Pick<ChainLink, "day" | "seq">;
const isBefore = (a: Position, b: Position): boolean => a.day < b.day || (a.day === b.day && a.seq < b.seq);

/** The one that stands first in the chain. */
export const firstOf = (broken: readonly BrokenLink[]): BrokenLink | undefined =>
  broken.reduce<BrokenLink | undefined>((first, each) => (first && !isBefore(each, first) ? first : each), undefined);
