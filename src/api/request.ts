// Reading a request: parameters, headers and body through their schemas, and the limits that hold for every body.
import type { z } from "zod";
import { ConfigError, type Fault } from "../core/model/errors.ts";
import { faultsOf } from "../core/model/parse.ts";
import { ApiProblem } from "./problem.ts";
import type { ProblemCode } from "./problemCodes.ts";

/** An HTTP call as the host gives it, free of the host. */
export type ApiRequest = {
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Iterable<readonly [string, string]>;
  readonly header: (name: string) => string | null;
  readonly body: () => Promise<ArrayBuffer>;
};

/** What most bodies may hold at most. */
export const maxBodyBytes = 64 * 1024;
const maxDepth = 24;

/** The path's parameters as `schema` reads them. Throws ApiProblem `BAD_PARAMETER` with every fault. */
export const readParams = <T>({ params }: ApiRequest, schema: z.ZodType<T>): T =>
  validated(schema, params, "BAD_PARAMETER", "The path has faults.");

/** The query as `schema` reads it. The function key (`code`) is the host's and left out; a name given twice is a fault. */
export function readQuery<T>({ query }: ApiRequest, schema: z.ZodType<T>): T {
  const given = [...query].filter(([name]) => name.toLowerCase() !== "code");
  const twice = given.map(([name]) => name).find((name, index, names) => names.indexOf(name) !== index);
  if (twice !== undefined) throw badParameter(twice, "is given twice");
  return validated(schema, Object.fromEntries(given), "BAD_PARAMETER", "The query has faults.");
}

/** If-Match as `schema` reads it. Throws ApiProblem `IF_MATCH_REQUIRED` where it is missing. */
export function readIfMatch<T>({ header }: ApiRequest, schema: z.ZodType<T>): T {
  const given = header("if-match");
  if (given === null || given === "")
    throw new ApiProblem("IF_MATCH_REQUIRED", "Send the ETag of what you read as If-Match.");
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  throw badParameter("If-Match", result.error.issues[0]?.message ?? "is not an ETag of this");
}

export type BodyRules = {
  /** Beside application/json. */
  readonly alsoType?: string | undefined;
  readonly maxBytes?: number | undefined;
};

/** The JSON body, undefined for none. Throws ApiProblem `BODY_TOO_LARGE`, `UNSUPPORTED_CONTENT_TYPE` or `BAD_BODY`. */
export async function readJson(
  request: ApiRequest,
  { alsoType, maxBytes = maxBodyBytes }: BodyRules,
): Promise<unknown> {
  const tooLarge = new ApiProblem("BODY_TOO_LARGE", `A body is at most ${maxBytes} bytes here.`);
  if (Number(request.header("content-length") ?? 0) > maxBytes) throw tooLarge;
  const bytes = await request.body();
  if (bytes.byteLength > maxBytes) throw tooLarge;
  if (bytes.byteLength === 0) return undefined;
  judgeType(request, ["application/json", ...(alsoType === undefined ? [] : [alsoType])]);
  const value = parseJson(bytes);
  const fault = contentFault(value);
  if (fault !== undefined) throw new ApiProblem("BAD_BODY", "The body has faults.", [fault]);
  return value;
}

/** A value through its schema; what does not fit is a problem of this code. */
export function validated<T>(schema: z.ZodType<T>, value: unknown, code: ProblemCode, detail: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new ApiProblem(code, detail, faultsOf(result.error));
}

/** Runs `read`; its ConfigError is the caller's fault here, not the app's. */
export async function asCallersFault<T>(code: ProblemCode, detail: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (failure) {
    if (failure instanceof ConfigError) throw new ApiProblem(code, detail, failure.faults);
    throw failure;
  }
}

const badParameter = (path: string, message: string): ApiProblem =>
  new ApiProblem("BAD_PARAMETER", `${path} ${message}.`, [{ path, message }]);

function judgeType({ header }: ApiRequest, types: readonly string[]): void {
  const [type = "", ...parameters] = (header("content-type") ?? "").toLowerCase().split(";");
  const charset = parameters.map((each) => each.trim()).find((each) => each.startsWith("charset="));
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset);
  const isPlain = ["", "identity"].includes(header("content-encoding")?.toLowerCase() ?? "");
  if (types.includes(type.trim()) && isUtf8 && isPlain) return;
  throw new ApiProblem("UNSUPPORTED_CONTENT_TYPE", `Send the body as ${types.join(" or ")}, in UTF-8 and unpacked.`);
}

function parseJson(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new ApiProblem("BAD_BODY", "The body is not JSON in UTF-8.");
  }
}

/**
 * What no schema looks at: nesting that would exhaust whoever walks it, the key that names an object's prototype, and text that is not what
 * it was when it is read back (halves of surrogate pairs) or does things to a terminal (control characters).
 */
function contentFault(body: unknown): Fault | undefined {
  const open: { readonly value: unknown; readonly path: string; readonly depth: number }[] = [
    { value: body, path: "", depth: 1 },
  ];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { value, path, depth } = next;
    if (typeof value === "string" && isUnfit(value)) return { path: path || "(whole)", message: unfitMessage };
    if (typeof value !== "object" || value === null) continue;
    if (depth > maxDepth) return { path, message: `is nested more than ${maxDepth} levels deep` };
    for (const [key, inner] of Object.entries(value)) {
      if (key === "__proto__") return { path: path || "(whole)", message: "must not have the key __proto__" };
      if (isUnfit(key)) return { path: path || "(whole)", message: `has a key that ${unfitMessage}` };
      const at = Array.isArray(value) ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
      open.push({ value: inner, path: at, depth: depth + 1 });
    }
  }
  return undefined;
}

const unfitMessage = "holds control characters or broken Unicode";
export const isUnfit = (text: string): boolean => !text.isWellFormed() || /(?![\t\n\r])\p{Cc}/u.test(text);
