// How a refusal or failure becomes an RFC 9457 problem with a stable code.
import { ConfigError, type Fault, isCoded, RefusedError } from "../core/model/errors.ts";
import { isProblemCode, type Meaning, type ProblemCode, problemCodes } from "./problemCodes.ts";

/** Throw one to answer with it; the status is the code's. */
export class ApiProblem extends Error {
  override readonly name = "ApiProblem";
  readonly code: ProblemCode;
  readonly faults: readonly Fault[];

  constructor(code: ProblemCode, detail: string, faults: readonly Fault[] = []) {
    super(detail);
    this.code = code;
    this.faults = faults;
  }

  get status(): number {
    return problemCodes[this.code].status;
  }
}

/** What a caller is told of a failure; inner details of an unexpected one stay in the log. */
export function problemOf(failure: unknown): ApiProblem {
  if (failure instanceof ApiProblem) return failure;
  if (failure instanceof ConfigError)
    return new ApiProblem("MISCONFIGURED", problemCodes.MISCONFIGURED.remedy, failure.faults);
  const code = failure instanceof Error && "code" in failure ? String(failure.code) : "";
  if (failure instanceof RefusedError && isProblemCode(code))
    return new ApiProblem(code, asSentence(failure.message), failure.faults);
  const told = isCoded(failure) && isProblemCode(code) ? code : "INTERNAL";
  return new ApiProblem(told, problemCodes[told].remedy);
}

const asSentence = (text: string): string =>
  `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? "" : "."}`;

/** The problem as an answer. Its type is a name, not an address: docs/errors.md describes the codes. */
export function problemAnswer(problem: ApiProblem, requestId: string) {
  const { code, status, message, faults } = problem;
  const { title, retryAfterSeconds }: Meaning = problemCodes[code];
  return {
    status,
    headers: {
      "content-type": "application/problem+json",
      ...(retryAfterSeconds === undefined ? {} : { "retry-after": String(retryAfterSeconds) }),
    },
    body: JSON.stringify({
      type: `urn:tradewind:problem:${code}`,
      title,
      status,
      code,
      detail: message,
      requestId,
      ...(faults.length > 0 ? { faults } : {}),
    }),
  };
}
