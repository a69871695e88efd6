// Lists that the app answers in pages: as many as are asked for, put together again.
import { z } from "zod";
import { readAnswer } from "./client.ts";
import type { Call } from "./command.ts";
import { counted } from "./output.ts";

const pageLimit = 200;
const page = z.looseObject({ items: z.array(z.unknown()), cursor: z.string().optional(), next: z.string().optional() });

/**
 * The first `limit` items behind `path`, from `cursor` on. The answer has the `cursor` that goes on after them, where there is more; a page
 * may be empty and still have one.
 */
export async function readPages(
  { client }: Pick<Call, "client">,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
  limit: number,
  { cursorName = "cursor" }: { readonly cursorName?: "cursor" | "after" } = {},
): Promise<{ readonly items: readonly unknown[]; readonly cursor?: string }> {
  const items: unknown[] = [];
  let cursor = query[cursorName];
  do {
    const what = `reading: ${counted(items.length, "row")} so far`;
    const wanted = Math.min(limit - items.length, pageLimit);
    const answer = await client(path, { query: { ...query, limit: wanted, [cursorName]: cursor }, what });
    const read = readAnswer(page, answer);
    items.push(...read.items);
    cursor = cursorName === "cursor" ? read.cursor : read.next;
  } while (cursor !== undefined && items.length < limit);
  return { items, ...(cursor === undefined ? {} : { cursor }) };
}
