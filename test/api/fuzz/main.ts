// `npm run fuzz -- [--requests N] [--seed N] [--from N]`: the long fuzz of the API. Exits with 1 when a request fails. A failure names the
// seed of its app, 300157: `--seed 3 --from 157 --requests 200` sends the requests of that app again.
import { parseArgs } from "node:util";
import { type FuzzReport, fuzz } from "./fuzz.ts";

const { values } = parseArgs({
  options: {
    requests: { type: "string", default: "100000" },
    seed: { type: "string", default: "1" },
    from: { type: "string", default: "0" },
  },
});

const startedMs = performance.now();
let toldAt = 0;
let failuresTold = 0;
const line = (report: FuzzReport): string =>
  `${report.requests} requests, ${report.failures.length} failures, ${Math.round((performance.now() - startedMs) / 1000)} s`;

const report = await fuzz({
  seed: Number(values.seed),
  requests: Number(values.requests),
  from: Number(values.from),
  onProgress: (soFar) => {
    for (const failure of soFar.failures.slice(failuresTold)) console.error(JSON.stringify(failure).slice(0, 4000));
    failuresTold = soFar.failures.length;
    if (soFar.requests < toldAt + 5000) return;
    toldAt = soFar.requests;
    console.log(line(soFar));
  },
});
console.log(`${line(report)}; by status ${JSON.stringify(report.byStatus)}`);
console.log(
  `${report.succeeded.size} of ${report.asked.size} operations succeeded, ${report.codes.size} problem codes seen, slowest ${Math.round(report.slowestMs)} ms`,
);
const never = [...report.asked].filter((name) => !report.succeeded.has(name));
if (never.length > 0) console.log(`never succeeded: ${never.join(", ")}`);
process.exit(report.failures.length > 0 ? 1 : 0);
