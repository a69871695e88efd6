// The live view: one readable line for each thing an operator is to see, and nothing for the rest.
import { stripVTControlCharacters } from "node:util";
import { expect, test } from "vitest";
import { createLiveView } from "../../src/local/liveView.ts";
import { at } from "../support/memoryStack.ts";

function shown(event: object, verbose = false): readonly string[] {
  const lines: string[] = [];
  const view = createLiveView({
    now: () => at("2026-06-15T13:35:00Z"),
    verbose,
    print: (line) => lines.push(stripVTControlCharacters(line)),
  });
  view.hostLine(JSON.stringify(event));
  return lines;
}

const order = { clientOrderId: "tw.1", side: "buy", qty: "5", symbol: "AAA" };

test.each([
  [{ event: "order.unknown", ...order, message: "no answer" }, "order   buy 5 AAA unknown: no answer"],
  [{ event: "order.notPlaced", ...order, message: "gone" }, "order   buy 5 AAA notPlaced: gone"],
  [
    { event: "order.changed", clientOrderId: "tw.1", state: "notPlaced", detail: "not known after 5 minutes" },
    "order   tw.1 never reached the broker: not known after 5 minutes",
  ],
  [
    { event: "order.changed", clientOrderId: "tw.1", state: "partially_filled", detail: "2 filled at 40.1" },
    "order   tw.1 is partially filled: 2 filled at 40.1",
  ],
  [{ event: "order.changed", clientOrderId: "tw.1", state: "canceled", detail: "" }, "order   tw.1 is canceled"],
  [
    { event: "drift.confirmed", symbol: "AAA", believed: "3", atBroker: "8", state: "adopted" },
    "drift   AAA: 8 shares at the broker, 3 by our orders; adopted",
  ],
  [
    { event: "control.changed", action: "halt", automation: "started", tradingState: "halted", reason: "drill" },
    "state   halt: automation started, trading halted (drill)",
  ],
  [
    { event: "monitor.failed", level: "warning", message: "the broker is down" },
    "check   the check failed: the broker is down",
  ],
])("shows %j as one line in New York's time", (event, line) => {
  expect(shown(event)).toEqual([`2026-06-15 09:35:00  ${line}`]);
});

test("shows a check without findings only when verbose", () => {
  const event = { event: "monitor.checked", level: "info", positions: 2 };
  expect(shown(event)).toEqual([]);
  expect(shown(event, true)).toEqual([JSON.stringify(event)]);
});
