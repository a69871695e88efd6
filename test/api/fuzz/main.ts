// `npm run fuzz -- [--requests N] [--seed N]`: the long fuzz of the API. Exits with 1 when a request fails.
import { parseArgs } from "node:util";
import { type FuzzReport, fuzz } from "./fuzz.ts";

const { values } = parseArgs({
  options: { requests: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
});

const startedMs = performance.now();
let toldAt = 0;
const line = (report: FuzzReport): string =>
  `${report.requests} requests, ${report.failures.length} failures, ${Math.round((performance.now() - startedMs) / 1000)} s`;

const report = await fuzz({
  seed: Number(values.seed),
  requests: Number(values.requests),
  onProgress: (soFar) => {
    if (soFar.requests < toldAt + 5000) return;
    toldAt = soFar.requests;
    console.log(line(soFar));
  },
});
for (const { seed, index, what, request } of report.failures)
  console.error(JSON.stringify({ seed, index, what, request }).slice(0, 4000));
console.log(`${line(report)}; by status ${JSON.stringify(report.byStatus)}`);
console.log(
  `${report.succeeded.size} of ${report.asked.size} operations succeeded, ${report.codes.size} problem codes seen, slowest ${Math.round(report.slowestMs)} ms`,
);
const never = [...report.asked].filter((name) => !report.succeeded.has(name));
if (never.length > 0) console.log(`never succeeded: ${never.join(", ")}`);
process.exit(report.failures.length > 0 ? 1 : 0);
