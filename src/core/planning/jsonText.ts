// Texts and the keys of objects as they stand in canonical JSON: looked at once where the same come again and again.

/** Everything but quotes, backslashes, control characters and what is not ASCII stands in JSON as it is. */
const plainText = /^[ !#-[\]-~]*$/;

/** The text as JSON. */
export const jsonText = (text: string): string => (plainText.test(text) ? `"${text}"` : JSON.stringify(text));

type Key = {
  readonly name: string;
  /** With its colon, as the first of an object and after another one. */
  readonly first: string;
  readonly next: string;
};

let newest: { readonly names: readonly string[]; readonly sorted: readonly Key[] } = { names: [], sorted: [] };

/** The keys of an object, sorted. Those of the object before are remembered: lists hold many objects with the same keys in the same order. */
export function sortedKeys(object: object): readonly Key[] {
  const names = Object.keys(object);
  if (!isSameList(names, newest.names)) {
    newest = { names, sorted: names.toSorted().map(keyOf) };
  }
  return newest.sorted;
}

function keyOf(name: string): Key {
  const first = `${jsonText(name)}:`;
  return { name, first, next: `,${first}` };
}

function isSameList(names: readonly string[], others: readonly string[]): boolean {
  if (names.length !== others.length) return false;
  for (let i = 0; i < names.length; i++) if (names[i] !== others[i]) return false;
  return true;
}
