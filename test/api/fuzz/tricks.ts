// What makes a request hostile: each trick changes one part of it.
import { hostileBodies, hostilePathParts, hostileQueries, hostileValues, type Random } from "./values.ts";

export type Draft = {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
};

/** What it changes of a request. */
type Trick = readonly [name: string, play: (draft: Draft, random: Random) => Partial<Draft>];

const withHeaders = ({ headers }: Draft, more: Readonly<Record<string, string>>): Partial<Draft> => ({
  headers: { ...headers, ...more },
});
const pathShapes = (path: string): readonly string[] => [`${path}/`, `/${path}`, `${path}/more`, path.toUpperCase()];
const hostileField: Trick[1] = ({ body }, random) => ({ body: withField(body, random, random.pick(hostileValues)) });

export const allTricks: readonly Trick[] = [
  ["hostile field", hostileField],
  ["hostile field", hostileField],
  ["missing field", ({ body }, random) => ({ body: withField(body, random, undefined) })],
  ["unknown field", ({ body }, random) => ({ body: { ...(body as object), [random.pick(unknownNames)]: 1 } })],
  [
    "hostile body",
    ({ headers }, random) => ({
      headers: { "content-type": "application/json", ...headers },
      body: random.pick(hostileBodies),
    }),
  ],
  ["no body", () => ({ body: undefined })],
  ["bytes", () => ({ body: new Uint8Array([0x7b, 0xff, 0xfe, 0x00, 0x7d]) })],
  ["content type", (draft, random) => withHeaders(draft, { "content-type": random.pick(hostileTypes) })],
  ["content length", (draft) => withHeaders(draft, { "content-length": "999999999" })],
  ["content encoding", (draft) => withHeaders(draft, { "content-encoding": "gzip" })],
  ["hostile query", (_, random) => ({ query: random.pick(hostileQueries) })],
  ["more query", ({ query }, random) => ({ query: [query, random.pick(hostileQueries)].filter(Boolean).join("&") })],
  [
    "hostile path",
    ({ path }, random) => {
      const parts = path.split("/");
      return { path: parts.with(1 + random.below(parts.length - 1), random.pick(hostilePathParts)).join("/") };
    },
  ],
  ["path shape", ({ path }, random) => ({ path: random.pick(pathShapes(path)) })],
  ["etag", (draft, random) => withHeaders(draft, { "if-match": random.pick(hostileTags) })],
  ["no etag", ({ headers: { "if-match": _, ...headers } }) => ({ headers })],
  ["method", (_, random) => ({ method: random.pick(methods) })],
  [
    "hostile header",
    (draft, random) => withHeaders(draft, { [random.pick(hostileHeaders)]: random.pick(hostileHeaderValues) }),
  ],
];

const methods = ["HEAD", "OPTIONS", "TRACE", "PATCH", "DELETE", "POST", "GET", "PUT"];
const unknownNames = ["x", "constructor", "_id", "version"];
const hostileTypes = ["text/plain", "application/xml", "application/json; charset=latin1", "x", "multipart/form-data"];
const hostileTags = ['"99"', "1", 'W/"1"', '"1","2"', '""', "x".repeat(900), '"-1"', '"1e3"', '"0001"'];
const hostileHeaders = [
  "x-request-id",
  "x-tradewind-actor",
  "x-tradewind-reason",
  "x-ms-client-principal",
  "x-functions-key",
];
const hostileHeaderValues = ["", "%", "%00", "%E2%80%AE", "a b", "x".repeat(3000), "{}", "bnVsbA==", "..", "<script>"];

/** The body with one field, at any depth, replaced or taken out. */
function withField(body: unknown, random: Random, value: unknown): unknown {
  if (typeof body !== "object" || body === null || body instanceof Uint8Array) return value;
  const keys = Object.keys(body);
  if (keys.length === 0 || random.chance(0.1)) return Array.isArray(body) ? [...body, value] : { ...body, more: value };
  const key = random.pick(keys);
  const inner = (body as Record<string, unknown>)[key];
  const next =
    typeof inner === "object" && inner !== null && random.chance(0.6) ? withField(inner, random, value) : value;
  return Array.isArray(body) ? body.with(Number(key), next) : { ...body, [key]: next };
}
