// The digest of a run's inputs: what says in 64 characters that two plans were made of the same.
import { createHash, type Hash } from "node:crypto";
import type { RunInputs } from "../model/run.ts";
import { canonicalJson } from "./canonicalJson.ts";

/** Numbers that go into the hash at once: a call for each column would cost more than its bytes. */
const chunkLength = 8192;

/**
 * SHA-256, in hex, of the canonical JSON in which `#` and its length stand for each column of numbers, followed by the columns in the order of
 * that text: as IEEE 754 doubles, little-endian as on every processor that the app runs on, because the text of a number takes longer than
 * all else of a plan. `-0` counts as `0`, for the store keeps no other. Throws RangeError for a number that is not finite.
 */
export function inputsDigest(inputs: RunInputs): string {
  const hash = createHash("sha256");
  const columns: Float64Array[] = [];
  const text = canonicalJson(inputs, (column) => {
    columns.push(column);
    return `#${column.length}`;
  });
  hash.update(text);
  hashColumns(hash, columns);
  return hash.digest("hex");
}

function hashColumns(hash: Hash, columns: readonly Float64Array[]): void {
  const chunk = new Float64Array(columns.reduce((longest, { length }) => Math.max(longest, length), chunkLength));
  let filled = 0;
  for (const column of columns) {
    if (filled + column.length > chunk.length) {
      hash.update(chunk.subarray(0, filled));
      filled = 0;
    }
    let notFinite = 0;
    for (let i = 0; i < column.length; i++) {
      const value = column[i] ?? Number.NaN;
      // 0 for every number but those that are not finite.
      notFinite += value - value;
      chunk[filled + i] = value + 0;
    }
    if (notFinite !== 0) throw new RangeError("a column holds a number that is not finite");
    filled += column.length;
  }
  hash.update(chunk.subarray(0, filled));
}
