// The market data host's routes for what seldom changes: exchange and condition codes, and corporate actions.
import { instantParameter, oneOf, refuse, wholeNumber } from "./queryParameters.ts";
import { BadRequest, type Call, errorReply, ok, type Reply, type Route } from "./wireTypes.ts";

export const referenceRoutes: readonly Route[] = [
  { method: "GET", path: "/v2/stocks/meta/exchanges", serve: () => ok(exchanges) },
  { method: "GET", path: "/v2/stocks/meta/conditions/{ticktype}", serve: conditionCodes },
  { method: "GET", path: "/v1/corporate-actions", serve: corporateActions },
];

const exchanges = {
  A: "NYSE American (AMEX)",
  B: "NASDAQ OMX BX",
  C: "National Stock Exchange",
  D: "FINRA ADF",
  H: "MIAX",
  J: "Cboe EDGA",
  K: "Cboe EDGX",
  L: "Long Term Stock Exchange",
  M: "NYSE Chicago",
  N: "New York Stock Exchange",
  P: "NYSE Arca",
  Q: "NASDAQ",
  U: "Members Exchange",
  V: "IEX",
  X: "NASDAQ OMX PSX",
  Y: "Cboe BYX",
  Z: "Cboe BZX",
};

const conditions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  trade: {
    "@": "Regular Sale",
    F: "Intermarket Sweep Order",
    I: "Odd Lot Trade",
    M: "Market Center Official Close",
    O: "Market Center Opening Trade",
    Q: "Market Center Official Open",
    T: "Extended Hours Trade",
  },
  quote: { R: "Regular Two Sided Open", C: "Closing Quote", O: "Opening Quote" },
};

function conditionCodes({ params, query }: Call): Reply {
  const codes = conditions[params.ticktype ?? ""] ?? refuse("data", `invalid ticktype: ${params.ticktype}`);
  if (!["A", "B", "C"].includes(query.get("tape") ?? "")) refuse("data", "tape must be one of A, B, C");
  return ok(codes);
}

/** Prices on a tape are not adjusted for anything, so nothing has ever happened to a company on it. */
function corporateActions({ query }: Call): Reply {
  wholeNumber(query, "limit", { from: 1, to: 1000, otherwise: 100 }, "data");
  oneOf(query, "sort", ["asc", "desc"], "asc", "data");
  const [start, end] = ["start", "end"].map((name) => instantParameter(query, name, "data"));
  if (start !== undefined && end !== undefined && start > end) {
    throw new BadRequest(errorReply(400, "end should not be before start"));
  }
  return ok({ corporate_actions: {}, next_page_token: null });
}
