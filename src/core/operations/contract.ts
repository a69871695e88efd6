// A recorded contract: which fields a service's answer has and of which kind, and how an answer differs from it. Never a value, only names and kinds.
import { isDecimal } from "../model/money.ts";

/**
 * Kinds by path: `[]` is each item of a list, `*` each value of a map, so `[].qty` or `bars.*[].c`. Several kinds have `|` between them; a
 * `?` before them says that the field may be absent. `any` fits every value.
 */
export type Contract = Readonly<Record<string, string>>;

export type ContractFinding = {
  /** `GET /v2/account`. */
  readonly route: string;
  /** `breaking`: the app reads this field, and what it decides would be wrong. `changed`: it does not. `unanswered`: the route gave no answer. */
  readonly kind: "breaking" | "changed" | "unanswered";
  readonly detail: string;
};

/** `reads`: the paths that the app reads. Each difference once, however many items have it; sorted. */
export function compareWithContract(
  route: string,
  answer: unknown,
  contract: Contract,
  reads: ReadonlySet<string>,
): readonly ContractFinding[] {
  const found = new Map<string, ContractFinding>();
  const find = (path: string, what: string, isRead = reads.has(path)): void => {
    const detail = `${path === "" ? "the answer" : path} ${what}`;
    found.set(detail, { route, kind: isRead ? "breaking" : "changed", detail });
  };
  const walk = (value: unknown, path: string): void => {
    if (Array.isArray(value)) for (const item of value) visit(item, `${path}[]`);
    else if (isRecord(value) && `${path}.*` in contract)
      for (const each of Object.values(value)) visit(each, `${path}.*`);
    else if (isRecord(value)) {
      for (const name of fieldsUnder(contract, path)) {
        const inner = joined(path, name);
        if (Object.hasOwn(value, name)) visit(value[name], inner);
        else if (!contract[inner]?.startsWith("?")) find(inner, "is missing");
      }
      for (const name of Object.keys(value))
        if (!(joined(path, name) in contract)) find(joined(path, name), "is new", false);
    }
  };
  const visit = (value: unknown, path: string): void => {
    const expected = (contract[path] ?? "any").replace("?", "").split("|");
    // Where nothing but null was ever seen, anything may come, and nothing is known of what is in it.
    if (expected.includes("any")) return;
    if (fits(value, expected)) walk(value, path);
    // What the app does not read may be null at any time.
    else if (value !== null || reads.has(path)) find(path, `is ${kindOf(value)}, not ${expected.join(" or ")}`);
  };
  visit(answer, "");
  return [...found.values()].sort((a, b) => (a.detail < b.detail ? -1 : 1));
}

/** The kinds of everything in an answer, as a contract that it fits. `maps`: the paths of objects that are maps. */
export function contractOf(answers: readonly unknown[], maps: ReadonlySet<string>): Contract {
  const kinds = new Map<string, Set<string>>();
  const objects = new Map<string, Record<string, unknown>[]>();
  const note = (value: unknown, path: string): void => {
    kinds.set(path, (kinds.get(path) ?? new Set()).add(kindOf(value)));
    if (Array.isArray(value)) for (const item of value) note(item, `${path}[]`);
    else if (isRecord(value) && maps.has(`${path}.*`)) for (const each of Object.values(value)) note(each, `${path}.*`);
    else if (isRecord(value)) {
      objects.set(path, [...(objects.get(path) ?? []), value]);
      for (const [name, each] of Object.entries(value)) note(each, joined(path, name));
    }
  };
  for (const answer of answers) note(answer, "");
  const isOptional = (path: string): boolean => {
    const [parent, name] = parted(path);
    return isField(name) && (objects.get(parent) ?? []).some((each) => !Object.hasOwn(each, name));
  };
  return Object.fromEntries(
    [...kinds]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, of]) => [path, `${isOptional(path) ? "?" : ""}${toText(of)}`]),
  );
}

const kindOf = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
      ? "list"
      : typeof value === "string" && isDecimal(value)
        ? "decimal"
        : typeof value;

/** A text that reads as a number is a text too. */
const fits = (value: unknown, expected: readonly string[]): boolean => {
  const kind = kindOf(value);
  return expected.includes(kind) || (kind === "decimal" && expected.includes("string"));
};
const toText = (kinds: ReadonlySet<string>): string =>
  kinds.size === 1 && kinds.has("null") ? "any" : [...kinds].sort().join("|");

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const joined = (path: string, name: string): string => (path === "" ? name : `${path}.${name}`);
const parted = (path: string): readonly [string, string] => {
  const at = path.lastIndexOf(".");
  return at === -1 ? ["", path] : [path.slice(0, at), path.slice(at + 1)];
};

/** The whole, an item of a list and a value of a map are no fields. */
const isField = (name: string): boolean => name !== "" && name !== "*" && !name.endsWith("[]");

/** The names directly under a path. */
const fieldsUnder = (contract: Contract, path: string): readonly string[] =>
  Object.keys(contract).flatMap((each) => {
    const [parent, name] = parted(each);
    return parent === path && isField(name) ? [name] : [];
  });
