// The chain that every change and every record is a link of: each link holds the hash of the one before, so that none can be changed, removed or moved unseen.
import { createHash } from "node:crypto";
import { z } from "zod";
import { instant, tradingDay } from "../model/parse.ts";
import { canonicalJson } from "../planning/canonicalJson.ts";

/** What a link stands for: the row with this key held content of this digest. */
export const linkContentSchema = z.strictObject({
  kind: z.enum(["control", "settings", "task", "execution"]),
  /** Names the row: an execution id, `risk_limits v3`, `demo-trend v1`, the key of a control event. */
  key: z.string().min(1).max(200),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
});
export const chainLinkSchema = z.strictObject({
  ...linkContentSchema.shape,
  account: z.string(),
  /** The trading day of `at`, or of the link before where that is later; links are numbered from 1 within it. */
  day: tradingDay,
  seq: z.int().min(1),
  at: instant,
  /** The hash of the link before, of this day or of the last day that had one; of the account's first link: empty. */
  previous: z.string(),
  hash: z.string(),
});
export type LinkContent = Readonly<z.infer<typeof linkContentSchema>>;
export type ChainLink = Readonly<z.infer<typeof chainLinkSchema>>;

/** SHA-256 of the canonical JSON, in hex. */
export const digestOf = (content: unknown): string => sha256(canonicalJson(content));

/** SHA-256 over everything a link says, the hash before included. */
export const hashOf = ({ hash: _, ...link }: Omit<ChainLink, "hash"> & { readonly hash?: string }): string =>
  sha256(canonicalJson(link));

/** The link that follows `head`, the newest one of the account; undefined: its first. */
export function linkAfter(
  head: Pick<ChainLink, "day" | "seq" | "hash"> | undefined,
  content: LinkContent,
  where: Pick<ChainLink, "account" | "day" | "at">,
): ChainLink {
  // Clocks differ a little: what comes with a day that is over is linked in the day that has begun, or two links would have one number.
  const day = head !== undefined && head.day > where.day ? head.day : where.day;
  const seq = head?.day === day ? head.seq + 1 : 1;
  const link = { ...content, ...where, day, seq, previous: head?.hash ?? "" };
  return { ...link, hash: hashOf(link) };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
