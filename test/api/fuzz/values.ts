// Values for the fuzz: what a schema allows, and what nobody should send.
import { generatorOf } from "../../../src/simulator/random.ts";

export type Random = {
  /** A whole number below `below`. */
  below(below: number): number;
  chance(share: number): boolean;
  pick<T>(from: readonly T[]): T;
};

export function createRandom(key: string): Random {
  const { uniform } = generatorOf(key);
  const below = (most: number): number => Math.floor(uniform() * most);
  return {
    below,
    chance: (share) => uniform() < share,
    pick: (from) => {
      const picked = from[below(from.length)];
      if (picked === undefined) throw new RangeError("nothing to pick from");
      return picked;
    },
  };
}

const instants = [
  "2026-06-15T13:00:00Z",
  "2026-06-15T15:00:00.000Z",
  "2026-06-16T09:30:00-04:00",
  "2027-01-04T15:00:00Z",
];

/** Values that a field of this name takes: a schema's pattern is of no use to make one, and a refinement is not in it. */
const byName: Readonly<Record<string, readonly unknown[]>> = {
  account: ["main", "second"],
  zone: ["America/New_York", "Europe/London", "UTC"],
  cron: ["*/5 9-16 * * 1-5", "0 10 * * *", "30 14 * * 1"],
  weekdays: [[1], [1, 2, 3, 4, 5], [7]],
  ranges: [
    [{ start: "09:30", end: "16:00" }],
    [
      { start: "10:00", end: "11:00" },
      { start: "11:00", end: "15:30" },
    ],
  ],
  symbols: [["AAA"], ["AAA", "BBB"], ["ZZZ"]],
  universe: ["big"],
  cursor: ["abc"],
  version: [1, 2, 3],
  from: ["2026-06-15T13:00:00Z", "2026-06-15T14:00:00Z"],
  to: ["2026-06-15T20:00:00Z", "2026-06-17T20:00:00Z"],
  strategies: [
    [{ name: "targetWeights", params: { weights: { AAA: 0.5, BBB: 0.5 } } }],
    [{ name: "movingAverageCross", params: { fast: 2, slow: 5 }, weight: 2 }],
    [{ name: "nothing" }],
  ],
  scope: [
    { kind: "account" },
    { kind: "task", id: "example" },
    { kind: "symbol", id: "AAA" },
    { kind: "strategy", id: "targetWeights" },
    { kind: "task", id: "nobody" },
  ],
};

type Schema = Readonly<Record<string, unknown>>;

/** A value that `schema` allows, or nearly: refinements are not in a schema. `resolve` follows references. */
export function sampleOf(schema: Schema, random: Random, resolve: (ref: string) => Schema, name = ""): unknown {
  const again = (inner: unknown, as = name): unknown => sampleOf(inner as Schema, random, resolve, as);
  if (typeof schema.$ref === "string") return again(resolve(schema.$ref));
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return random.pick(schema.enum);
  const named = schema.format === "date" ? undefined : byName[name];
  if (named !== undefined) return random.pick(named);
  const choices = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(choices)) return again(random.pick(choices));
  switch (schema.type) {
    case "string":
      return textOf(schema, random);
    case "integer":
      return boundary(schema, random, true);
    case "number":
      return boundary(schema, random, false);
    case "boolean":
      return random.chance(0.5);
    case "array": {
      const count = Math.max(Number(schema.minItems ?? 0), random.below(3));
      return Array.from({ length: count }, () => again(schema.items));
    }
    case "object":
      return objectOf(schema, random, again);
    default:
      return random.pick([null, 1, "x", {}, []]);
  }
}

function objectOf(schema: Schema, random: Random, again: (inner: unknown, as: string) => unknown): unknown {
  const required = (schema.required ?? []) as readonly string[];
  const fields = Object.entries((schema.properties ?? {}) as Readonly<Record<string, Schema>>);
  const chosen = fields.filter(([field]) => required.includes(field) || random.chance(0.3));
  return Object.fromEntries(chosen.map(([field, inner]) => [field, again(inner, field)]));
}

function textOf(schema: Schema, random: Random): string {
  if (schema.format === "date-time") return random.pick(instants);
  if (schema.format === "date") return random.pick(["2026-06-15", "2026-06-19", "2026-12-24"]);
  const pattern = String(schema.pattern ?? "");
  if (pattern.includes("close")) return random.pick(["open", "open+5m", "close-10m"]);
  if (pattern.includes("[0-5]")) return random.pick(["09:30", "13:00", "16:00"]);
  if (pattern.includes("[A-Z]")) return random.pick(["AAA", "BBB", "ZZZ"]);
  return random.pick(["some text", "Ärger", "x"]);
}

/** Mostly within what is allowed, at its ends too; now and then just outside. */
function boundary(schema: Schema, random: Random, whole: boolean): number {
  const step = whole ? 1 : 0.01;
  const least = Number(schema.minimum ?? Number(schema.exclusiveMinimum ?? 0) + step);
  const most = Math.min(Number(schema.maximum ?? Number(schema.exclusiveMaximum ?? 1000) - step), 1_000_000);
  if (random.chance(0.05)) return random.pick([least - step, most + step]);
  return random.pick([least, whole ? Math.floor((least + most) / 2) : (least + most) / 2, most]);
}

/** Values that no field wants. */
export const hostileValues: readonly unknown[] = [
  null,
  true,
  -1,
  0,
  1e308,
  9_007_199_254_740_992,
  "",
  " ",
  "\u0000",
  "\u001b[31m",
  "\ud800",
  "\u202etxt.exe",
  "𝕬🙂é",
  "' OR 1=1 --",
  "a/../../b",
  "__proto__",
  "constructor",
  "x".repeat(5000),
  [],
  [[[[[[]]]]]],
  {},
  { __proto__x: 1, constructor: { prototype: 1 } },
  { toString: 1, hasOwnProperty: null },
];

/** Bodies that are no document at all. */
export const hostileBodies: readonly string[] = [
  "",
  "{",
  "nul",
  "[]",
  "null",
  "1",
  '"text"',
  '{"a":1,}',
  "{'a':1}",
  '{"__proto__":{"automation":"stopped"}}',
  '{"reason":"x","__proto__":null}',
  '{"reason":"\\ud83d"}',
  '{"reason":"x","reason":1}',
  `${"[".repeat(20_000)}${"]".repeat(20_000)}`,
  `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`,
  `{"reason":"${"x".repeat(70_000)}"}`,
  `{"n":1e999999}`,
  "\ufeff{}",
  "<xml/>",
  "a=b&c=d",
];

export const hostilePathParts: readonly string[] = [
  "..%2f..%2fetc",
  "%2e%2e",
  "%00",
  "%ff",
  "a%20b",
  "__proto__",
  "constructor",
  "%F0%9F%99%82",
  "x".repeat(600),
  "'%20or%20'1",
  "example%3Fversion=1",
  "EXAMPLE",
  "-",
  "%25",
  "changes",
];

export const hostileQueries: readonly string[] = [
  "__proto__=1",
  "constructor=1",
  "limit=1&limit=2",
  "limit=",
  "limit=-1",
  "limit=1e3",
  "limit=99999999999999999999",
  "version=0",
  "version=1.5",
  "dryRun=yes",
  "dryRun=true&dryRun=false",
  "cursor=%00",
  "cursor=../x",
  "cursor=~",
  `cursor=${"x".repeat(2000)}`,
  "from=2026-06-15&to=x",
  "from=0001-01-01T00:00:00Z&to=9999-12-31T23:59:59Z",
  "from=2026-06-16T00:00:00Z&to=2026-06-15T00:00:00Z",
  "day=2026-02-31",
  "taskId[]=x",
  "code=abc&CODE=def",
  "%F0%9F=1",
  "=",
  "&&&",
];
