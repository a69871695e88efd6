// The pure middle of a run: from everything it read to everything it will send.
import { isPositive } from "../model/money.ts";
import type { RunInputs, RunPlan } from "../model/run.ts";
import { assessRisk } from "../risk/assessRisk.ts";
import { precheck } from "../risk/precheck.ts";
import { sizeTargets } from "../sizing/sizeTargets.ts";
import { runStrategies } from "../strategies/multiStrategyRunner.ts";
import { workAroundExits } from "./exits.ts";
import { inputsDigest } from "./inputsDigest.ts";
import { ticketsOf } from "./tickets.ts";

/** The same inputs give the same plan, byte for byte. Throws RangeError for inputs that hold a number that is not finite. */
export function planRun(inputs: RunInputs): RunPlan {
  const { runId, asOf } = inputs;
  const plan = { schemaVersion: 1, runId, asOf, inputsDigest: inputsDigest(inputs) } as const;

  const skip = precheck(inputs);
  if (skip !== undefined) {
    const { before: risk } = assessRisk([], inputs);
    const nothing = {
      signals: [],
      strategyFailures: [],
      conflicts: [],
      untraded: [],
      sizings: [],
      intents: [],
      verdicts: [],
      cancels: [],
      tickets: [],
    };
    return { ...plan, skip, ...nothing, riskBefore: risk, riskAfter: risk };
  }
  const { signals, failures, targets, undecided, conflicts } = runStrategies(inputs);
  const { intents, untraded, sizings } = sizeTargets({ ...inputs, targets });
  const { verdicts, before, after } = assessRisk(intents, inputs);
  const sendable = verdicts.filter(({ qty }) => isPositive(qty));
  const approved = ticketsOf(inputs, sendable).toSorted((a, b) => a.stage - b.stage);
  const { cancels, renewals } = workAroundExits(runId, approved, inputs.portfolio);
  const tickets = [...approved, ...renewals];
  const risk = { riskBefore: before, riskAfter: after };
  return {
    ...plan,
    signals,
    strategyFailures: failures,
    conflicts,
    untraded: [...untraded, ...undecided].sort((a, b) => (a.symbol < b.symbol ? -1 : 1)),
    sizings,
    intents,
    verdicts,
    cancels,
    tickets,
    ...risk,
  };
}
