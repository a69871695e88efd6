// Merge patches of JSON values, RFC 7396.

/**
 * The target with the patch applied: fields of objects are merged one by one, `null` takes a field away, and anything else, lists too, takes
 * the place of what was there. Neither of the two is changed.
 */
export function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const merged = new Map(Object.entries(isJsonObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  // Not by assignment: a field may be called __proto__.
  return Object.fromEntries(merged);
}

export const isJsonObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
