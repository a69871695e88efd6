// The orders of a state: which are open, how one is put in or changed, and who belongs to whom in a complex order.
import { type ExchangeState, isOpen, type Order } from "./exchangeState.ts";

/** In the order of their arrival. */
export const openOrders = ({ orders, openSerials }: ExchangeState): readonly Order[] =>
  openSerials.flatMap((serial) => orders[serial - 1] ?? []);

/** Puts an order in place of its former self. */
export function withOrder(state: ExchangeState, order: Order): ExchangeState {
  const orders = state.orders.with(order.serial - 1, order);
  if (isOpen(order)) return { ...state, orders };
  return { ...state, orders, openSerials: state.openSerials.filter((serial) => serial !== order.serial) };
}

/** Adds an order that is open; its serial is the next one. */
export const withNewOrder = (state: ExchangeState, order: Order): ExchangeState => ({
  ...state,
  orders: [...state.orders, order],
  openSerials: [...state.openSerials, order.serial],
});

export const isClosing = ({ positionIntent }: Order): boolean => positionIntent.endsWith("_to_close");

export const parentOf = (state: ExchangeState, { parentSerial }: Order): Order | undefined =>
  parentSerial === null ? undefined : state.orders[parentSerial - 1];

export const legsOf = (state: ExchangeState, { legSerials }: Order): readonly Order[] =>
  legSerials.flatMap((serial) => state.orders[serial - 1] ?? []);

/** The other orders of the same complex order that are open. */
export function openRelatives(state: ExchangeState, order: Order): readonly Order[] {
  if (order.orderClass === "simple") return [];
  const parent = parentOf(state, order) ?? order;
  return [parent, ...legsOf(state, parent)].filter((each) => each.serial !== order.serial && isOpen(each));
}

/** The other open exit of a pair of which only one may be executed. */
export const counterpartOf = (state: ExchangeState, order: Order): Order | undefined =>
  isClosing(order) ? openRelatives(state, order).find(isClosing) : undefined;

/** Whether it is an exit whose entry has not been filled yet: it is there, but promises and does nothing. */
export const awaitsEntry = ({ status, orderClass, liveSinceMs }: Order): boolean =>
  status === "held" && orderClass !== "oco" && liveSinceMs === null;
