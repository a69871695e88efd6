// The shapes of an HTTP call free of any host, and how a failure becomes an RFC 9457 problem with a stable code.
import { z } from "zod";
import { ConfigError, type Fault, InvariantError, TransientError } from "../core/model/errors.ts";
import { parseWith } from "../core/model/parse.ts";

export type ApiRequest = {
  readonly query: URLSearchParams;
  readonly params: Readonly<Record<string, string>>;
  readonly header: (name: string) => string | null;
  readonly body: () => Promise<ArrayBuffer>;
};

export type ApiResponse = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
};

/** Throw one to answer with it. Codes are listed in docs/architecture.md and never change their meaning. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly status: number;
  readonly code: string;
  readonly faults: readonly Fault[];

  constructor(status: number, code: string, detail: string, faults: readonly Fault[] = []) {
    super(detail);
    this.status = status;
    this.code = code;
    this.faults = faults;
  }
}

export const maxBodyBytes = 64 * 1024;

export const json = (status: number, value: unknown): ApiResponse => ({
  status,
  headers: { "content-type": "application/json; charset=utf-8", "cache-control": "no-store" },
  body: JSON.stringify(value),
});

const titles: Readonly<Record<number, string>> = {
  400: "Bad request",
  404: "Not found",
  413: "Body too large",
  415: "Unsupported content type",
  500: "Internal error",
  503: "Not available",
};

export function problem({ status, code, message, faults }: ApiProblem): ApiResponse {
  const body = { type: "about:blank", title: titles[status] ?? "Error", status, code, detail: message };
  return {
    status,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      ...(status === 503 ? { "retry-after": "30" } : {}),
    },
    body: JSON.stringify(faults.length > 0 ? { ...body, faults } : body),
  };
}

/** What a caller is told of a failure; inner details of an unexpected one stay in the log. */
export function problemOf(failure: unknown): ApiProblem {
  if (failure instanceof ApiProblem) return failure;
  if (failure instanceof ConfigError) {
    return new ApiProblem(
      503,
      "MISCONFIGURED",
      "The app's settings have faults; nothing trades until they are mended.",
      failure.faults,
    );
  }
  if (failure instanceof TransientError)
    return new ApiProblem(503, failure.code, "A service the app needs is out of reach; try again.");
  if (failure instanceof InvariantError)
    return new ApiProblem(500, failure.code, "A stored row cannot be read; the log says which.");
  return new ApiProblem(500, "INTERNAL", "Something unexpected went wrong; the log has the details.");
}

/**
 * The query as `schema` reads it. The function key (`code`) is the host's and left out. Throws ApiProblem 400 with every fault: unknown
 * parameters, parameters given twice (they arrive joined by a comma), bad values.
 */
export function readQuery<T>(request: ApiRequest, schema: z.ZodType<T>): T {
  const given = [...request.query].filter(([name]) => name.toLowerCase() !== "code");
  return validated("BAD_PARAMETER", "The query has faults.", () =>
    parseWith(schema, Object.fromEntries(given), "query"),
  );
}

export const noParameters = z.strictObject({});

/** The JSON body as `schema` reads it; an absent body counts as `{}`. Throws ApiProblem 413, 415 or 400. */
export async function readBody<T>(request: ApiRequest, schema: z.ZodType<T>): Promise<T> {
  const tooLarge = new ApiProblem(413, "BODY_TOO_LARGE", `A body is at most ${maxBodyBytes} bytes.`);
  if (Number(request.header("content-length") ?? 0) > maxBodyBytes) throw tooLarge;
  const bytes = await request.body();
  if (bytes.byteLength > maxBodyBytes) throw tooLarge;
  if (bytes.byteLength === 0) return validated("BAD_BODY", "The body has faults.", () => parseWith(schema, {}, "body"));
  const type = request.header("content-type")?.split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new ApiProblem(415, "UNSUPPORTED_CONTENT_TYPE", "Send the body as application/json.");
  }
  const value = parseJson(bytes);
  return validated("BAD_BODY", "The body has faults.", () => parseWith(schema, value, "body"));
}

function parseJson(bytes: ArrayBuffer): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    throw new ApiProblem(400, "BAD_BODY", "The body is not JSON.");
  }
}

/** Runs `read`; its ConfigError is the caller's fault here, not the app's. */
export function validated<T>(code: string, detail: string, read: () => T): T {
  try {
    return read();
  } catch (failure) {
    if (failure instanceof ConfigError) throw new ApiProblem(400, code, detail, failure.faults);
    throw failure;
  }
}
