// Which assets a query lists.
import { expect, test } from "vitest";
import { openClient } from "./exampleClient.ts";

test.each([
  ["", ["AAPL", "MSFT"]],
  ["status=active&asset_class=us_equity", ["AAPL", "MSFT"]],
  ["status=inactive", []],
  ["asset_class=crypto", []],
  ["exchange=NYSE", ["AAPL", "MSFT"]],
  ["exchange=OTC", []],
  ["attributes=ipo,has_options", []],
])('"%s" lists %o', (query, symbols) => {
  expect(
    openClient()
      .list(`/v2/assets?${query}`)
      .map(({ symbol }) => symbol),
  ).toEqual(symbols);
});
