// The numbered broker cases that hold on any Alpaca account: the simulator's, or a real paper account (see docs/paper-account.md).
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { isTerminal } from "../../src/core/model/order.ts";
import { type AccountUnderTest, openAccount, paperAccount, paperSetting, readPaperAccount } from "./alpacaAccount.ts";

const patience = { timeout: 15_000, interval: 250 };
const decimal = /^-?\d+(\.\d+)?$/;
let account: AccountUnderTest;

describe(`Alpaca broker on ${paperAccount === undefined ? "the simulator" : "a paper account"}`, {
  timeout: 60_000,
}, () => {
  beforeEach(async () => {
    account = await openAccount();
  });
  afterEach(() => account.release());

  const submitResting = async () => {
    const ticket = account.restingTicket();
    const result = await account.broker.submit(ticket);
    if (result.kind !== "accepted") throw new Error(`the resting order ended as ${result.kind}`);
    return { ticket, order: result.order };
  };

  test("A-03 says duplicate for an id the broker has", async () => {
    const { ticket } = await submitResting();
    expect(await account.broker.submit(ticket)).toEqual({ kind: "duplicate" });
  });

  test("A-04 does not find an order that was never sent", async () => {
    expect(await account.broker.findOrder(account.restingTicket().clientOrderId)).toBeUndefined();
  });

  test("A-12 refuses to speak for another account than the expected one", async () => {
    const { accountId } = await account.broker.account();
    expect(await account.brokerWith({ expectedAccountId: accountId }).account()).toMatchObject({ accountId });
    const wrong = account.brokerWith({ expectedAccountId: "someone-else" }).account();
    await expect(wrong).rejects.toMatchObject({ code: "WRONG_ACCOUNT" });
  });

  test("A-13 refuses wrong keys with a name", async () => {
    const stranger = account.brokerWith({ secret: "wrong" });
    await expect(stranger.account()).rejects.toMatchObject({ code: "BROKER_UNAUTHORIZED" });
    const result = await stranger.submit(account.restingTicket());
    expect(result).toMatchObject({ kind: "rejected", code: "UNAUTHORIZED" });
  });

  test("A-16 reads account and positions in decimal strings", async () => {
    const { equity, cash, buyingPower } = await account.broker.account();
    for (const figure of [equity, cash, buyingPower]) expect(figure).toMatch(decimal);
    for (const { qty, available } of await account.broker.positions()) {
      expect(qty).toMatch(decimal);
      expect(available).toMatch(decimal);
    }
  });

  test("A-17 accepts an order far from the market, and shows it by its id, as open and since it was sent", async () => {
    const { ticket, order } = await submitResting();
    const { clientOrderId } = ticket;
    const same = { clientOrderId, brokerOrderId: order.brokerOrderId, symbol: ticket.symbol, side: "buy" };
    await expect.poll(() => account.broker.findOrder(clientOrderId), patience).toMatchObject(same);
    const listed = { ...same, qty: "1", filledQty: "0", filledAvgPrice: null, limitPrice: "1" };
    const { broker } = account;
    await expect.poll(() => broker.openOrders(), patience).toContainEqual(expect.objectContaining(listed));
    const since = await broker.ordersSince(order.submittedAt);
    expect(since).toContainEqual(expect.objectContaining(listed));
    expect(isTerminal(order)).toBe(false);
  });

  test("A-18 cancels an open order once, and is too late for it after that", async () => {
    const { ticket, order } = await submitResting();
    expect(await account.broker.cancel(order.brokerOrderId)).toEqual({ kind: "accepted" });
    const status = async () => (await account.broker.findOrder(ticket.clientOrderId))?.status;
    await expect.poll(status, patience).toBe("canceled");
    const open = await account.broker.openOrders();
    expect(open.map(({ clientOrderId }) => clientOrderId)).not.toContain(ticket.clientOrderId);
    expect(await account.broker.cancel(order.brokerOrderId)).toMatchObject({ kind: "tooLate" });
  });

  test("A-19 is too late for an order that the broker does not know", async () => {
    const result = await account.broker.cancel("00000000-0000-4000-8000-000000000000");
    expect(result).toMatchObject({ kind: "tooLate" });
    expect(result.kind === "tooLate" ? result.message : "").not.toBe("");
  });

  test("A-20 lists no fill since now, with an order open that cannot fill", async () => {
    const now = account.now();
    await submitResting();
    expect(await account.broker.fillsSince(now)).toEqual([]);
  });

  test("A-21 refuses a symbol that is none, and keeps the broker's words", async () => {
    const result = await account.broker.submit(account.restingTicket({ symbol: "NOSUCHSYM" }));
    expect(result).toMatchObject({ kind: "rejected", code: "NOT_TRADABLE" });
    expect(result.kind === "rejected" ? result.message : "").not.toBe("");
  });
});

describe("the setting that names a paper account", () => {
  test("reaches the paper host alone, whatever it says", () => {
    expect(readPaperAccount("id:secret:account")).toEqual({
      accountId: "account",
      access: {
        keyId: "id",
        secret: "secret",
        tradingOrigin: "https://paper-api.alpaca.markets",
        dataOrigin: "https://paper-api.alpaca.markets",
      },
    });
    expect(readPaperAccount("id:secret")?.accountId).toBeUndefined();
    expect(readPaperAccount(undefined)).toBeUndefined();
  });

  test.each(["hidden", "hidden:", ":hidden", "a:b:c:hidden", "a: hidden"])(
    "is refused without being repeated",
    (text) => {
      const read = () => readPaperAccount(text);
      expect(read).toThrow(`${paperSetting} is not of the form keyId:secret[:accountId]`);
      expect(read).not.toThrow(/hidden/);
    },
  );
});
