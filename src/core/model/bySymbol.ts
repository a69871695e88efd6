// A list of what there is one of a symbol, as a lookup.

/** The last of several of one symbol. Made in a loop: a list of pairs first would cost as much again. */
export function bySymbol<Each extends { readonly symbol: string }>(list: readonly Each[]): ReadonlyMap<string, Each> {
  const found = new Map<string, Each>();
  for (const each of list) found.set(each.symbol, each);
  return found;
}
