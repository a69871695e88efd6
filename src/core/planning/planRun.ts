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
import type { StrategyView } from "../strategies/strategy.ts";
import { canonicalJson } from "./canonicalJson.ts";

/** The same inputs give the same plan, byte for byte. Throws RangeError for inputs that hold a number that is not finite. */
export function planRun(inputs: RunInputs): RunPlan {
  const { runId, asOf, task } = inputs;
  const inputsDigest = createHash("sha256").update(canonicalJson(inputs)).digest("hex");
  const plan = { schemaVersion: 1, runId, asOf, inputsDigest } as const;

  const skip = precheck(inputs);
  if (skip !== undefined) {
    const { before: risk } = assessRisk([], inputs);
    const nothing = { signals: [], strategyFailures: [], intents: [], verdicts: [], tickets: [] };
    return { ...plan, skip, ...nothing, riskBefore: risk, riskAfter: risk };
  }
  const { signals, failures, targets } = runStrategies(task, viewOf(inputs));
  const intents = sizeTargets({ ...inputs, targets });
  const { verdicts, before, after } = assessRisk(intents, inputs);
  const tickets = verdicts
    .filter(({ qty }) => isPositive(qty))
    .map((verdict) => ticketOf(runId, verdict))
    .sort((a, b) => a.stage - b.stage);
  const risk = { riskBefore: before, riskAfter: after };
  return { ...plan, signals, strategyFailures: failures, intents, verdicts, tickets, ...risk };
}

const viewOf = ({ asOf, market, portfolio }: RunInputs): StrategyView => ({
  asOf,
  bars: new Map(market.bars.map((series) => [series.symbol, series])),
  latest: new Map(market.latest.map((price) => [price.symbol, price])),
  positions: new Map(portfolio.positions.map((position) => [position.symbol, position])),
  equity: portfolio.account.equity,
});

const ticketOf = (runId: string, { intent, qty, stage }: RiskVerdict): OrderTicket => ({
  stage,
  clientOrderId: clientOrderIdOf(runId, intent.strategy, intent.symbol, intent.side, 1),
  strategy: intent.strategy,
  symbol: intent.symbol,
  side: intent.side,
  qty,
  type: "market",
  timeInForce: "day",
  referencePrice: intent.referencePrice,
});
