// The memory of a process and all its children, from /proc; undefined where there is none.
import { readdirSync, readFileSync } from "node:fs";

const statusOf = (pid: string): { parent: string; kilobytes: number } | undefined => {
  try {
    const text = readFileSync(`/proc/${pid}/status`, "utf8");
    const pss = /^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, "utf8"))?.[1];
    return {
      parent: /^PPid:\s+(\d+)/m.exec(text)?.[1] ?? "",
      kilobytes: Number(pss ?? /^VmRSS:\s+(\d+)/m.exec(text)?.[1] ?? 0),
    };
  } catch {
    return undefined;
  }
};

/** Megabytes of the process and its descendants; memory that they share is counted once. */
export function treeMegabytes(root: number): number | undefined {
  const pids = (() => {
    try {
      return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    } catch {
      return undefined;
    }
  })();
  if (pids === undefined) return undefined;
  const all = new Map(
    pids.flatMap((pid) => {
      const status = statusOf(pid);
      return status === undefined ? [] : [[pid, status] as const];
    }),
  );
  const belongs = (pid: string): boolean => pid === String(root) || belongs2(all.get(pid)?.parent);
  const belongs2 = (parent: string | undefined): boolean =>
    parent !== undefined && parent !== "0" && parent !== "" && belongs(parent);
  return [...all].filter(([pid]) => belongs(pid)).reduce((sum, [, { kilobytes }]) => sum + kilobytes, 0) / 1024;
}
