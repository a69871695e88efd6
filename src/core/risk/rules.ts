// Every pre-trade rule, in the order in which a tie between codes is decided; a control is taken out by taking its name out of here.
import { buyingPower, maxGross, maxNet, maxOpenOrders, maxOpenPositions, maxPosition } from "./exposureRules.ts";
import { cooldown, duplicateOrder, orderRate, repeatedExecution } from "./historyRules.ts";
import { increments, maxOrderNotional, maxOrderQty, minOrderNotional, priceCollar, staleData } from "./orderRules.ts";
import type { Rule } from "./rule.ts";
import { assetFlag, restrictedSymbol, selfTrade, tradingState, unknownOutstanding } from "./stateRules.ts";

export const rules: readonly Rule[] = [
  tradingState,
  unknownOutstanding,
  restrictedSymbol,
  assetFlag,
  staleData,
  priceCollar,
  selfTrade,
  duplicateOrder,
  repeatedExecution,
  orderRate,
  cooldown,
  increments,
  maxOrderQty,
  maxOrderNotional,
  minOrderNotional,
  maxPosition,
  maxOpenPositions,
  maxOpenOrders,
  maxGross,
  maxNet,
  buyingPower,
];
