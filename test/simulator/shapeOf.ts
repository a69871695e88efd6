// The shape of an answer: every key with the kind of its value, so that one comparison judges keys, nulls, strings and times.

const kinds: readonly (readonly [string, RegExp])[] = [
  ["empty", /^$/],
  ["uuid", /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/],
  ["decimal", /^-?(0|[1-9]\d*)(\.\d*[1-9])?$/],
  ["nanoseconds UTC", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/],
  ["seconds UTC", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/],
  ["seconds New York", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d-0[45]:00$/],
  ["fractions New York", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}-0[45]:00$/],
  ["date", /^\d{4}-\d\d-\d\d$/],
  ["hh:mm", /^\d\d:\d\d$/],
  ["hhmm", /^\d{4}$/],
  ["activity id", /^\d{17}::[0-9a-f-]{36}$/],
];

export type Shape = string | readonly Shape[] | { readonly [key: string]: Shape };

/** Of a list, the different shapes of its items. Text that is none of the kinds stands for itself. */
export function shapeOf(value: unknown): Shape {
  if (value === null) return "null";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  if (typeof value === "string") return kinds.find(([, pattern]) => pattern.test(value))?.[0] ?? value;
  if (typeof value !== "object") return typeof value;
  if (!Array.isArray(value))
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, shapeOf(each)]));
  const shapes = new Map(value.map((each) => [JSON.stringify(shapeOf(each)), shapeOf(each)]));
  return [...shapes.values()];
}
