// The keys that open functions: made at the first start, kept in the state folder, and judged as the host judges them.
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export type Keys = {
  readonly master: string;
  /** The host key: opens every function. */
  readonly default: string;
  /** One key per function, by its name. */
  readonly functions: Readonly<Record<string, string>>;
};

/** What a request may do, from its key. */
export type Access = "admin" | "host" | "function" | "none";

const newKey = (): string => randomBytes(40).toString("base64url");

/** Reads the keys of `functionNames` from `stateDir`, makes the missing ones and keeps them. Without a folder they last as long as the host. */
export function loadKeys(stateDir: string | undefined, functionNames: readonly string[]): Keys {
  const file = stateDir === undefined ? undefined : join(stateDir, "keys.json");
  const kept = file === undefined ? undefined : readKeys(file);
  const keys: Keys = {
    master: kept?.master ?? newKey(),
    default: kept?.default ?? newKey(),
    functions: Object.fromEntries(functionNames.map((name) => [name, kept?.functions?.[name] ?? newKey()])),
  };
  if (file !== undefined && stateDir !== undefined) {
    mkdirSync(stateDir, { recursive: true });
    writeFileSync(`${file}.next`, JSON.stringify(keys, null, 2), { mode: 0o600 });
    renameSync(`${file}.next`, file);
  }
  return keys;
}

function readKeys(file: string): Partial<Keys> | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Partial<Keys>;
  } catch {
    return undefined;
  }
}

/** The access of a request: a key in the header wins over one in the query, even a wrong one over a right one. */
export function accessOf(
  keys: Keys,
  request: { readonly header: string | undefined; readonly query: URLSearchParams; readonly functionName?: string },
): Access {
  const { header, query, functionName } = request;
  const code = [...query].find(([name]) => name.toLowerCase() === "code")?.[1];
  const key = header ?? code ?? "";
  if (key === keys.master) return "admin";
  if (key === keys.default) return "host";
  const own = functionName === undefined ? Object.values(keys.functions) : [keys.functions[functionName]];
  return own.includes(key) ? "function" : "none";
}

/** Whether `access` is enough for a function of this auth level. */
export function mayCall(authLevel: string, access: Access): boolean {
  if (authLevel === "anonymous") return true;
  return authLevel === "admin" ? access === "admin" : access !== "none";
}
