// Disturbs the simulated exchange itself, as its control surface allows.
import { price, qty } from "../../src/core/model/money.ts";
import type { MemoryStack } from "./memoryStack.ts";

export type Intervention =
  | { readonly kind: "haltSymbol" | "resumeSymbol"; readonly symbol: string }
  | { readonly kind: "rejectNextOrders" | "partialThenSilence"; readonly count: number }
  | { readonly kind: "blockTrading"; readonly blocked: boolean };

export async function intervene({ simulator }: MemoryStack, intervention: Intervention): Promise<void> {
  const answer = await fetch(`${simulator.url}/_control/interventions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(intervention),
  });
  if (!answer.ok) throw new Error(`${intervention.kind} was refused: ${await answer.text()}`);
}

/** Takes away every fault that is armed. */
export async function disarm({ simulator }: MemoryStack): Promise<void> {
  const answer = await fetch(`${simulator.url}/_control/faults`, { method: "DELETE" });
  if (!answer.ok) throw new Error(`the faults stay armed: ${await answer.text()}`);
}

/** Somebody buys five shares of AAA at the broker, past the app. */
export async function buyByHand({ ports }: MemoryStack): Promise<void> {
  await ports.broker.submit({
    clientOrderId: "by hand",
    stage: 1,
    strategy: "",
    symbol: "AAA",
    side: "buy",
    qty: qty(5),
    type: "market",
    timeInForce: "day",
    referencePrice: price(0),
  });
}
