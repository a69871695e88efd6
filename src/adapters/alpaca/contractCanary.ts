// The contract canary on Alpaca: each route in use is asked once, and its answer held against contract.json and against the adapter's own schemas.
import { isCoded } from "../../core/model/errors.ts";
import { type Contract, type ContractFinding, compareWithContract } from "../../core/operations/contract.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ContractCanary } from "../../ports/contractCanary.ts";
import { type AlpacaClient, read } from "./client.ts";
import recorded from "./contract.json" with { type: "json" };
import { type ContractRoute, contractRoutes, type Order, pathsRead } from "./contractRoutes.ts";

/** Items of a list that are looked at: thousands of assets are all made alike. */
const itemsLookedAt = 200;
const wellKnownSymbol = "SPY";

export function createContractCanary(
  client: AlpacaClient,
  {
    feed,
    clock,
    symbol = wellKnownSymbol,
  }: { readonly feed: "iex" | "sip"; readonly clock: Clock; readonly symbol?: string },
): ContractCanary {
  async function look(
    each: ContractRoute,
    order: Order | undefined,
  ): Promise<{ findings: readonly ContractFinding[]; answer?: unknown }> {
    const { route, ask } = each;
    const asking = ask(client, { now: clock.now(), symbol, feed, order });
    if (asking === undefined) return { findings: [] };
    try {
      const answer = firstItems(await read(route, () => asking));
      return { answer, findings: answer === null ? [] : judge(each, answer) };
    } catch (failure) {
      return { findings: [{ route, kind: "unanswered", detail: describe(failure) }] };
    }
  }

  return {
    check: async () => {
      const findings: ContractFinding[] = [];
      let order: Order | undefined;
      // One after the other: nobody waits for it, and the requests of a minute are counted.
      for (const each of contractRoutes) {
        const looked = await look(each, order);
        findings.push(...looked.findings);
        if (each.route === "GET /v2/orders") order = firstOrder(looked.answer);
      }
      return findings;
    },
  };
}

/** Differences of shape, and what the adapter could not read although its shape is right. */
function judge({ route, schema }: ContractRoute, answer: unknown): readonly ContractFinding[] {
  const contracts: Readonly<Record<string, Contract>> = recorded;
  const findings = compareWithContract(route, answer, contracts[route] ?? {}, pathsRead(schema));
  if (findings.some(({ kind }) => kind === "breaking")) return findings;
  const { error } = schema.safeParse(answer);
  const faults = (error?.issues ?? [])
    .slice(0, 5)
    .map(({ path, message }) => `${path.map(String).join(".")}: ${message}`);
  return [...findings, ...faults.map((detail): ContractFinding => ({ route, kind: "breaking", detail }))];
}

const firstItems = (answer: unknown): unknown => (Array.isArray(answer) ? answer.slice(0, itemsLookedAt) : answer);

function firstOrder(answer: unknown): Order | undefined {
  const first: unknown = Array.isArray(answer) ? answer[0] : undefined;
  const isOrder = typeof first === "object" && first !== null && "id" in first && "client_order_id" in first;
  return isOrder ? { id: String(first.id), client_order_id: String(first.client_order_id) } : undefined;
}

const describe = (failure: unknown): string =>
  isCoded(failure) ? `${failure.code}: ${failure.message}`.slice(0, 300) : "no readable answer";
