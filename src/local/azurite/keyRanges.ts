// Lets Azurite's table server find a range of row keys by its index, as the service does: by itself it judges every row of a table for every page.

type Collection = { chain(): { find(query: object): unknown } };
type QueryOptions = { readonly filter?: string };
/** What is used of Azurite's store. The last two arguments say where a page goes on, in base64. */
export type MetadataStore = {
  getEntityCollection(...where: readonly unknown[]): Collection;
  queryTableEntities(
    context: unknown,
    account: string,
    table: string,
    options: QueryOptions,
    nextPartitionKey?: string,
    nextRowKey?: string,
  ): Promise<unknown>;
};

/** Changes the class of Azurite's stores: a query sees the rows of its range only. What it makes of them stays Azurite's. */
export function seekKeyRanges(stores: { readonly prototype: MetadataStore }): void {
  const { queryTableEntities } = stores.prototype;
  stores.prototype.queryTableEntities = function (context, account, table, options, nextPartitionKey, nextRowKey) {
    const range = keyRangeOf(options.filter ?? "");
    const next = Buffer.from(nextRowKey ?? "", "base64").toString("utf8");
    const store = range === undefined ? this : withRowsOf(this, next > range.from ? { ...range, from: next } : range);
    return queryTableEntities.call(store, context, account, table, options, nextPartitionKey, nextRowKey);
  };
}

function withRowsOf(store: MetadataStore, { from, to }: KeyRange): MetadataStore {
  const getEntityCollection: MetadataStore["getEntityCollection"] = (...where) => {
    const collection = store.getEntityCollection(...where);
    return { chain: () => collection.chain().find({ RowKey: { $between: [from, to] } }) as never };
  };
  return Object.create(store, { getEntityCollection: { value: getEntityCollection } });
}

type KeyRange = { readonly from: string; readonly to: string };

const condition = String.raw`\w+ (?:eq|ge|gt|le) (?:'[^']*'|[\w.]+)`;
const conjunction = new RegExp(`^PartitionKey eq '[^']*'(?: and ${condition})*$`);

/**
 * The row keys that a filter asks for, both ends included; undefined where it does not say, and where they do not begin with a letter: the
 * index sorts what can be read as a number by its value and before everything else.
 */
export function keyRangeOf(filter: string): KeyRange | undefined {
  if (!conjunction.test(filter)) return undefined;
  const bounds = [...filter.matchAll(/ and RowKey (eq|ge|gt|le) '([a-z][^']*)'/g)];
  const from = bounds.flatMap(([, operator, key = ""]) => (operator === "le" ? [] : [key])).sort();
  const to = bounds.flatMap(([, operator, key = ""]) => (operator === "le" || operator === "eq" ? [key] : [])).sort();
  const [first, last] = [from.at(-1), to[0]];
  return first === undefined || last === undefined ? undefined : { from: first, to: last };
}
