// The pure middle of a run: from everything it read to everything it will send.
import { createHash } from "node:crypto";
import { clientOrderIdOf } from "../model/ids.ts";
import { isPositive } from "../model/money.ts";
import type { OrderTicket } from "../model/order.ts";
import type { RiskVerdict } from "../model/risk.ts";
import type { RunInputs, RunPlan } from "../model/run.ts";
import { assessRisk } from "../risk/assessRisk.ts";
import { precheck } from "../risk/precheck.ts";
import { sizeTargets } from "../sizing/percentOfEquity.ts";
import { runStrategies } from "../strategies/multiStrategyRunner.ts";
import { canonicalJson } from "./canonicalJson.ts";
import { buysLong, exitPricesOf, workAroundExits } from "./exits.ts";

/** The same inputs give the same plan, byte for byte. Throws RangeError for inputs that hold a number that is not finite. */
export function planRun(inputs: RunInputs): RunPlan {
  const { runId, asOf } = inputs;
  const inputsDigest = createHash("sha256").update(canonicalJson(inputs)).digest("hex");
  const plan = { schemaVersion: 1, runId, asOf, inputsDigest } as const;

  const skip = precheck(inputs);
  if (skip !== undefined) {
    const { before: risk } = assessRisk([], inputs);
    const nothing = {
      signals: [],
      strategyFailures: [],
      conflicts: [],
      intents: [],
      verdicts: [],
      cancels: [],
      tickets: [],
    };
    return { ...plan, skip, ...nothing, riskBefore: risk, riskAfter: risk };
  }
  const { signals, failures, targets, conflicts } = runStrategies(inputs);
  const intents = sizeTargets({ ...inputs, targets });
  const { verdicts, before, after } = assessRisk(intents, inputs);
  const approved = verdicts
    .filter(({ qty }) => isPositive(qty))
    .map((verdict) => ticketOf(inputs, verdict))
    .sort((a, b) => a.stage - b.stage);
  const { cancels, renewals } = workAroundExits(runId, approved, inputs.portfolio);
  const tickets = [...approved, ...renewals];
  const risk = { riskBefore: before, riskAfter: after };
  return { ...plan, signals, strategyFailures: failures, conflicts, intents, verdicts, cancels, tickets, ...risk };
}

function ticketOf({ runId, task, portfolio }: RunInputs, { intent, qty, stage }: RiskVerdict): OrderTicket {
  const { strategy, symbol, side, referencePrice } = intent;
  const position = portfolio.positions.find((each) => each.symbol === symbol);
  const exits = side === "buy" && buysLong(position) ? exitPricesOf(task, referencePrice) : undefined;
  return {
    stage,
    clientOrderId: clientOrderIdOf(runId, strategy, symbol, side, 1),
    strategy,
    symbol,
    side,
    qty,
    type: "market",
    timeInForce: exits === undefined ? "day" : "gtc",
    referencePrice,
    ...(exits === undefined ? {} : { exits }),
  };
}
