// docs/errors.md, made from the one list of problem codes.
import { type Meaning, problemCodes } from "../src/api/problemCodes.ts";

const statusNames: Readonly<Record<number, string>> = {
  400: "400 Bad request",
  403: "403 Forbidden",
  404: "404 Not found",
  405: "405 Method not allowed",
  409: "409 Conflict",
  412: "412 Precondition failed",
  413: "413 Content too large",
  415: "415 Unsupported media type",
  428: "428 Precondition required",
  500: "500 Internal server error",
  503: "503 Service unavailable",
};

const intro = `# Errors

Made from \`src/api/problemCodes.ts\` by \`npm run docs\`: change it there.

Every error of the app is an RFC 9457 problem, \`application/problem+json\`: \`type\` (\`urn:tradewind:problem:\` and the code), \`title\`, \`status\`, \`code\`,
\`detail\` (this case in words), \`requestId\` (to be found in the logs), and \`faults\` where single fields are wrong (each with its JSON path). A code never
changes its meaning. A request that was refused has changed nothing.

The Functions host itself answers, with an empty body: 401 where the key is missing or opens another function, 404 for a path that is not
there, 414 for an address above 8 KiB, and 500 for a body above 100 MiB.
`;

/** The page, one table for each status. */
export function errorsPage(): string {
  const entries = Object.entries<Meaning>(problemCodes);
  const byStatus = Map.groupBy(entries, ([, { status }]) => status);
  const tables = [...byStatus]
    .sort(([a], [b]) => a - b)
    .map(
      ([status, those]) =>
        `\n## ${statusNames[status] ?? status}\n\n| code | means | what to do |\n|---|---|---|\n${rows(those)}\n`,
    );
  return intro + tables.join("");
}

const rows = (those: readonly (readonly [string, Meaning])[]): string =>
  those
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([code, { title, remedy, retryAfterSeconds }]) => {
      const again = retryAfterSeconds === undefined ? "" : ` \`Retry-After\` is ${retryAfterSeconds}.`;
      return `| \`${code}\` | ${title}. | ${remedy}${again} |`;
    })
    .join("\n");
