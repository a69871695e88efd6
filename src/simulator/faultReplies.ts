// What a fault does to an answer: takes its place, or spoils it.
import type { Fault } from "./faults.ts";
import type { MarketTape } from "./marketTape.ts";
import { errorReply, type Reply } from "./wireTypes.ts";

const gatewayPage =
  "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n";

const serverErrors = {
  500: errorReply(500, "internal server error occurred", 50010000),
  502: errorReply(502, "bad gateway", 50210000),
  503: errorReply(503, "service unavailable", 50310000),
  504: errorReply(504, "gateway timeout", 50410000),
} as const;

/** The reply of a fault that answers before anything happens; undefined for the other kinds. */
export function replyBeforeEffect({ kind }: Fault): Reply | undefined {
  switch (kind) {
    case "status500":
      return serverErrors[500];
    case "status502":
      return serverErrors[502];
    case "status503":
      return serverErrors[503];
    case "status504":
      return serverErrors[504];
    case "status429":
      return errorReply(429, "rate limit exceeded", 42910000);
    case "status401":
      return errorReply(401, "unauthorized.");
    case "status403":
      return errorReply(403, "account is not authorized to trade", 40310000);
    case "status422":
      return errorReply(422, "unprocessable by an armed fault", 42210000);
    case "htmlBody":
      return { status: 502, html: gatewayPage };
    default:
      return undefined;
  }
}

/** The reply as it leaves when the fault spoils it after the effect. */
export function spoiled(reply: Reply, fault: Fault | undefined): Reply {
  if (fault?.kind === "effectThenStatus") return serverErrors[fault.status ?? 500];
  if (fault?.kind !== "missingField" || fault.field === undefined) return reply;
  return { ...reply, body: without(reply.body, fault.field) };
}

/** The text without its second half: what arrives of an answer that was cut off. */
export const truncated = (text: string): string => text.slice(0, Math.floor(text.length / 2));

function without(value: unknown, field: string): unknown {
  if (Array.isArray(value)) return value.map((each) => without(each, field));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]) => (name === field ? [] : [[name, without(each, field)]])),
  );
}

/** The tape as who reads the latest prices sees it: as of some time ago. Executions know nothing of it. */
export const staleTape = (tape: MarketTape, ageMs: number): MarketTape => ({
  ...tape,
  lastTrade: (symbol, ms) => tape.lastTrade(symbol, ms - ageMs),
  quote: (symbol, ms) => tape.quote(symbol, ms - ageMs),
});
