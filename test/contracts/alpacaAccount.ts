// The Alpaca account that the contract cases speak to: the simulator's, or a real paper account that one setting names.
import { createAlpacaBroker } from "../../src/adapters/alpaca/broker.ts";
import { type AlpacaAccess, createAlpacaClient } from "../../src/adapters/alpaca/client.ts";
import { type Price, price, qty } from "../../src/core/model/money.ts";
import { isTerminal, type OrderTicket } from "../../src/core/model/order.ts";
import { type Instant, instantFromMs } from "../../src/core/model/time.ts";
import type { Broker } from "../../src/ports/broker.ts";
import { createSeededTape } from "../../src/simulator/seededTape.ts";
import { startSimulator } from "../../src/simulator/server.ts";

export type PaperAccount = { readonly access: AlpacaAccess; readonly accountId: string | undefined };

export type AccountUnderTest = {
  readonly broker: Broker;
  readonly now: () => Instant;
  /** The same account with other keys or another expected account id. */
  readonly brokerWith: (other: { readonly secret?: string; readonly expectedAccountId?: string }) => Broker;
  /** A limit order for one share far below the market, for the day, with an id that no other run of these cases has. */
  readonly restingTicket: (more?: Partial<OrderTicket>) => OrderTicket;
  /** Cancels what the cases left open and lets go of the account. */
  readonly release: () => Promise<void>;
};

export const paperSetting = "TRADEWIND_PAPER_ACCOUNT";
const paperOrigin = "https://paper-api.alpaca.markets";
const simulatedMs = Date.parse("2026-06-15T14:00:00Z");

/**
 * The paper account of `keyId:secret[:accountId]`; undefined without a setting. There is no way to name another host: market data, which
 * these cases do not need, goes to the same one. Throws Error for a setting of another shape, without repeating any of it.
 */
export function readPaperAccount(setting: string | undefined): PaperAccount | undefined {
  if (setting === undefined || setting === "") return undefined;
  const [, keyId, secret, accountId] = /^([^:\s]+):([^:\s]+)(?::([^:\s]+))?$/.exec(setting) ?? [];
  if (keyId === undefined || secret === undefined)
    throw new Error(`${paperSetting} is not of the form keyId:secret[:accountId]`);
  return { access: { keyId, secret, tradingOrigin: paperOrigin, dataOrigin: paperOrigin }, accountId };
}

export const paperAccount = readPaperAccount(process.env[paperSetting]);

/** The paper account where one is named, else an account of a simulator of its own. */
export async function openAccount(): Promise<AccountUnderTest> {
  if (paperAccount !== undefined) {
    const { access, accountId } = paperAccount;
    const now = () => instantFromMs(Date.now());
    return accountOf(access, { symbol: "F", now, expectedAccountId: accountId, stop: async () => {} });
  }
  const keys = { keyId: "key", secret: "secret" };
  const tape = createSeededTape({ seed: 3, fromDay: "2026-01-02", symbols: [{ symbol: "AAA", startPrice: 50 }] });
  const simulator = await startSimulator({ tape, seed: 3, nowMs: () => simulatedMs, ...keys, requestsPerMinute: 0 });
  const access = { ...keys, tradingOrigin: simulator.url, dataOrigin: simulator.url, requestsPerMinute: 0 };
  const now = () => instantFromMs(simulatedMs);
  return accountOf(access, { symbol: "AAA", now, expectedAccountId: undefined, stop: () => simulator.stop() });
}

function accountOf(
  access: AlpacaAccess,
  place: {
    readonly symbol: string;
    readonly now: () => Instant;
    readonly expectedAccountId: string | undefined;
    readonly stop: () => Promise<void>;
  },
): AccountUnderTest {
  const { symbol, now, expectedAccountId, stop } = place;
  const broker = createAlpacaBroker(createAlpacaClient(access), { expectedAccountId });
  const made: string[] = [];
  return {
    broker,
    now,
    brokerWith: ({ secret = access.secret, expectedAccountId: expected }) =>
      createAlpacaBroker(createAlpacaClient({ ...access, secret }), { expectedAccountId: expected }),
    restingTicket: (more = {}) => {
      const clientOrderId = `contract.${Date.now()}.${made.length + 1}`;
      made.push(clientOrderId);
      return { ...restingOrder, clientOrderId, symbol, ...more };
    },
    release: async () => {
      for (const clientOrderId of made) {
        const order = await broker.findOrder(clientOrderId);
        if (order !== undefined && !isTerminal(order)) await broker.cancel(order.brokerOrderId);
      }
      await stop();
    },
  };
}

/** As the adapter sends a lone exit: a plain limit order. Its id is no run's, so no app takes it for its own. */
const restingOrder = {
  stage: 1,
  strategy: "contract",
  side: "buy",
  qty: qty("1"),
  type: "exit",
  timeInForce: "day",
  referencePrice: price("1") as Price,
  exits: { takeProfit: price("1") as Price },
} as const satisfies Partial<OrderTicket>;
