// One account's chain, walked day by day: the links of the range with their rows, then as many more as it takes to judge rows that were written again.
import { type ChainLink, chainLinkSchema } from "../core/audit/chain.ts";
import {
  type BrokenLink,
  brokenRow,
  firstOf,
  followDay,
  headFault,
  newestByRow,
  type OpenRow,
} from "../core/audit/verifyChain.ts";
import { slotOfRunId } from "../core/model/ids.ts";
import { inLanes } from "../core/model/lanes.ts";
import { addDays, addMs, dayMs, type Instant, type TradingDay } from "../core/model/time.ts";
import type { AuditStore, ExecutionRepository } from "../ports/stores.ts";

export type AccountAudit = {
  readonly account: string;
  /** Sound links of the range, and how many days have some. */
  readonly links: number;
  readonly days: number;
  /** How many of them stand for runs that were purged after their retention. */
  readonly purged: number;
  /** The newest sound link of the range. Kept outside, it proves later that nothing before it was written anew. */
  readonly last?: Pick<ChainLink, "day" | "seq" | "hash">;
  readonly broken?: BrokenLink;
};

type Ports = {
  readonly audit: AuditStore;
  readonly executions: Pick<ExecutionRepository, "outstanding">;
  /** Runs before it may have been purged. */
  readonly purgedUpTo: () => Promise<Instant | undefined>;
};
type Range = { readonly from: TradingDay; readonly to: TradingDay };

/** What is known after the days walked so far. */
type Walk = {
  /** The newest sound link. */
  end: ChainLink | undefined;
  broken: BrokenLink | undefined;
  readonly open: Map<string, OpenRow>;
  links: number;
  days: number;
  purged: number;
};

/** Rows read at once. */
const lanes = 8;

/** Throws TransientError when the tables are out of reach. */
export async function auditAccount(ports: Ports, account: string, { from, to }: Range): Promise<AccountAudit> {
  const { audit } = ports;
  const head = await audit.head(account);
  const end = await linkBefore(audit, account, from);
  const walk: Walk = { end, broken: undefined, open: new Map(), links: 0, days: 0, purged: 0 };
  await walkRange(ports, account, { from, to }, walk);
  const last = walk.links === 0 ? undefined : walk.end;
  if (walk.broken === undefined) {
    const isWhole = await walkOn(audit, account, addDays(to, 1), walk);
    walk.broken ??= await headFaultOf(audit, account, head, isWhole, walk.end);
  }
  // Where links are missing, so are those of rows that were written again: the break itself is what is certain.
  const broken = walk.broken ?? firstOf(await openRows(ports, account, walk.open));
  return {
    account,
    links: walk.links,
    days: walk.days,
    purged: walk.purged,
    ...(last === undefined ? {} : { last: { day: last.day, seq: last.seq, hash: last.hash } }),
    ...(broken === undefined ? {} : { broken }),
  };
}

async function walkRange(ports: Ports, account: string, { from, to }: Range, walk: Walk): Promise<void> {
  const { audit } = ports;
  for (let day = await audit.nextDay(account, from); day !== undefined && day <= to; ) {
    const rows = await audit.links(account, day);
    const { sound, broken } = followDay({ account, day }, rows, walk.end?.hash ?? "");
    walk.purged += await holdAgainstRows(ports, sound, walk.open);
    walk.links += sound.length;
    walk.days += 1;
    walk.end = sound.at(-1) ?? walk.end;
    walk.broken = broken;
    if (broken !== undefined) return;
    day = await audit.nextDay(account, addDays(day, 1));
  }
}

/**
 * Goes on after the range, to see that what follows joins on to it, and until no row is open any more: later links tell what was written again.
 * Answers whether it came to the end of the chain.
 */
async function walkOn(audit: AuditStore, account: string, from: TradingDay, walk: Walk): Promise<boolean> {
  let hasJoined = false;
  for (let day = await audit.nextDay(account, from); day !== undefined; ) {
    if (hasJoined && walk.open.size === 0) return false;
    const { sound, broken } = followDay({ account, day }, await audit.links(account, day), walk.end?.hash ?? "");
    walk.broken = broken;
    walk.end = sound.at(-1) ?? walk.end;
    if (broken !== undefined) return false;
    for (const [row, link] of newestByRow(sound, audit.rowsOf)) {
      if (walk.open.get(row)?.digest === link.digest) walk.open.delete(row);
    }
    hasJoined = true;
    day = await audit.nextDay(account, addDays(day, 1));
  }
  return true;
}

/** Opens the rows that do not hold what these links say, closes those that do, and answers how many were purged. */
async function holdAgainstRows(
  { audit, purgedUpTo }: Pick<Ports, "audit" | "purgedUpTo">,
  links: readonly ChainLink[],
  open: Map<string, OpenRow>,
): Promise<number> {
  let purged = 0;
  await inLanes(lanes, [...newestByRow(links, audit.rowsOf)], async ([row, link]) => {
    const digest = await audit.digestOf(row);
    open.delete(row);
    if (digest === link.digest) return;
    if (digest === undefined && isPurged(link, await purgedUpTo())) purged += 1;
    else open.set(row, { link, digest });
  });
  return purged;
}

/** A record of a message that could not be read names no slot: it goes by the time of its link, give or take a day. */
function isPurged({ kind, key, at }: ChainLink, purgedUpTo: Instant | undefined): boolean {
  return kind === "execution" && purgedUpTo !== undefined && (slotOfRunId(key) ?? addMs(at, -dayMs)) < purgedUpTo;
}

/**
 * Rows that no link speaks for. A record is written before its link, so runs that are outstanding do not count, and what was written during
 * the walk is looked at again: whatever is linked is linked before its run is settled.
 */
async function openRows(
  { audit, executions, purgedUpTo }: Ports,
  account: string,
  open: Map<string, OpenRow>,
): Promise<readonly BrokenLink[]> {
  if (open.size === 0) return [];
  const outstanding = new Set((await executions.outstanding()).map(({ executionId }) => executionId));
  const { data: head } = chainLinkSchema.safeParse(await audit.head(account));
  const latest = head === undefined ? [] : await audit.links(account, head.day);
  const links = latest.flatMap((row) => chainLinkSchema.safeParse(row).data ?? []);
  const concerned = links.filter((link) => audit.rowsOf(link).some((row) => open.has(row)));
  await holdAgainstRows({ audit, purgedUpTo }, concerned, open);
  return [...open]
    .filter(([, { link }]) => link.kind !== "execution" || !outstanding.has(link.key))
    .map(([row, each]) => brokenRow(each, row));
}

/** The newest link of the days before; undefined where the chain begins later. One that cannot be read is left out, and shows as a break. */
async function linkBefore(audit: AuditStore, account: string, from: TradingDay): Promise<ChainLink | undefined> {
  const first = await audit.nextDay(account);
  if (first === undefined) return undefined;
  for (let day = addDays(from, -1); day >= first; day = addDays(day, -1)) {
    const links = await audit.links(account, day);
    if (links.length > 0) return chainLinkSchema.safeParse(links.at(-1)).data;
  }
  return undefined;
}

/** A head that is missing shows in every range; where it points only at the end of the chain. */
async function headFaultOf(
  audit: AuditStore,
  account: string,
  before: unknown,
  isWhole: boolean,
  end: ChainLink | undefined,
): Promise<BrokenLink | undefined> {
  const { data: head } = chainLinkSchema.safeParse(before);
  if (head !== undefined && !isWhole) return undefined;
  const there = head && (await audit.links(account, head.day))[head.seq - 1];
  return headFault(end, { before: head, after: chainLinkSchema.safeParse(await audit.head(account)).data, there });
}
