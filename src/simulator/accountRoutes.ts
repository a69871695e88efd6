// The trading host's routes for the account: its figures, and what its owner configures.
import { accountJson, configurationJson } from "./accountShapes.ts";
import type { AccountConfiguration } from "./exchangeState.ts";
import { readObject } from "./orderRequest.ts";
import { refuse } from "./queryParameters.ts";
import { type Answer, type Call, ok, type Route } from "./wireTypes.ts";

export const accountRoutes: readonly Route[] = [
  { method: "GET", path: "/v2/account", serve: ({ state, tape }) => ok(accountJson(state, tape)) },
  {
    method: "GET",
    path: "/v2/account/configurations",
    serve: ({ state }) => ok(configurationJson(state.account.configuration)),
  },
  { method: "PATCH", path: "/v2/account/configurations", serve: configure },
];

/** Only what the body names changes. */
function configure({ state, step, body }: Call): Answer {
  const configuration = readConfiguration(readObject(body), state.account.configuration);
  const stepped = step(state, { type: "configure", atMs: state.nowMs, configuration });
  return { ...ok(configurationJson(configuration)), stepped };
}

function readConfiguration(
  fields: Readonly<Record<string, unknown>>,
  before: AccountConfiguration,
): AccountConfiguration {
  const choose = <T>(name: string, allowed: readonly T[], otherwise: T): T => {
    const value = fields[name];
    if (value === undefined) return otherwise;
    return allowed.find((each) => each === value) ?? refuse("trading", `invalid ${name}: ${String(value)}`);
  };
  const flag = (name: string, otherwise: boolean): boolean => {
    const value = fields[name];
    if (value === undefined) return otherwise;
    return typeof value === "boolean" ? value : refuse("trading", `invalid ${name}: ${String(value)}`);
  };
  return {
    suspendTrade: flag("suspend_trade", before.suspendTrade),
    noShorting: flag("no_shorting", before.noShorting),
    fractionalTrading: flag("fractional_trading", before.fractionalTrading),
    maxMarginMultiplier: choose("max_margin_multiplier", ["1", "2", "4"], before.maxMarginMultiplier),
    maxOptionsTradingLevel: choose("max_options_trading_level", [0, 1, 2, 3], before.maxOptionsTradingLevel),
    disableOvernightTrading: flag("disable_overnight_trading", before.disableOvernightTrading),
    ptpNoExceptionEntry: flag("ptp_no_exception_entry", before.ptpNoExceptionEntry),
    tradeConfirmEmail: choose("trade_confirm_email", ["all", "none"], before.tradeConfirmEmail),
  };
}
