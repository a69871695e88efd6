// The JSON of the account and its configuration: exact keys, money as strings.
import { accountFigures, markAt } from "./account.ts";
import { text } from "./decimal.ts";
import type { AccountConfiguration, ExchangeState } from "./exchangeState.ts";
import type { MarketTape } from "./marketTape.ts";
import { stamp } from "./wireShapes.ts";

export function accountJson(state: ExchangeState, tape: MarketTape): Record<string, unknown> {
  const { account } = state;
  const figures = accountFigures(state, markAt(tape, state.nowMs));
  const power = text(figures.buyingPower.round(2));
  return {
    id: account.id,
    admin_configurations: {},
    user_configurations: null,
    account_number: account.number,
    status: "ACTIVE",
    crypto_status: "ACTIVE",
    options_approved_level: 0,
    options_trading_level: 0,
    currency: "USD",
    buying_power: power,
    regt_buying_power: text(figures.regtBuyingPower.round(2)),
    effective_buying_power: power,
    non_marginable_buying_power: text(figures.nonMarginableBuyingPower.round(2)),
    options_buying_power: text(figures.nonMarginableBuyingPower.round(2)),
    cash: text(figures.cash),
    accrued_fees: "0",
    portfolio_value: text(figures.equity),
    trading_blocked: account.tradingBlocked,
    transfers_blocked: false,
    account_blocked: false,
    created_at: stamp(account.createdAtMs, 275),
    trade_suspended_by_user: account.configuration.suspendTrade,
    multiplier: figures.multiplier,
    shorting_enabled: figures.shortingEnabled,
    equity: text(figures.equity),
    last_equity: account.lastEquity,
    long_market_value: text(figures.longMarketValue),
    short_market_value: text(figures.shortMarketValue),
    position_market_value: text(figures.longMarketValue.minus(figures.shortMarketValue)),
    initial_margin: text(figures.initialMargin),
    maintenance_margin: text(figures.maintenanceMargin),
    last_maintenance_margin: account.lastMaintenanceMargin,
    sma: "0",
    balance_asof: account.balanceAsOf,
    crypto_tier: 1,
    intraday_adjustments: "0",
    pending_reg_taf_fees: "0",
    pending_transfer_in: "0",
  };
}

export const configurationJson = (configuration: AccountConfiguration): Record<string, unknown> => ({
  disable_overnight_trading: configuration.disableOvernightTrading,
  fractional_trading: configuration.fractionalTrading,
  max_margin_multiplier: configuration.maxMarginMultiplier,
  max_options_trading_level: configuration.maxOptionsTradingLevel,
  no_shorting: configuration.noShorting,
  ptp_no_exception_entry: configuration.ptpNoExceptionEntry,
  suspend_trade: configuration.suspendTrade,
  trade_confirm_email: configuration.tradeConfirmEmail,
});
