// Replays a stored plan: the proof that the inputs which were kept are all that it was made of.
import type { RunInputs, RunPlan } from "../model/run.ts";
import { canonicalJson } from "./canonicalJson.ts";
import { planRun } from "./planRun.ts";

export type Replay = {
  /** Whether the plan that the inputs give now is the stored one, byte for byte. */
  readonly identical: boolean;
  readonly stored: string;
  readonly replayed: string;
};

export function replay({ plan, inputs }: { readonly plan: RunPlan; readonly inputs: RunInputs }): Replay {
  const [stored, replayed] = [canonicalJson(plan), canonicalJson(planRun(inputs))];
  return { identical: stored === replayed, stored, replayed };
}
