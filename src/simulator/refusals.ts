// How requests are turned down, and how rules are tried one after the other.
import type { Order, Refusal } from "./exchangeState.ts";

export const malformed = (message: string): Refusal => ({ status: 422, code: 40010001, message });
export const unprocessable = (message: string): Refusal => ({ status: 422, code: 42210000, message });
export const forbidden = (message: string, fields?: Record<string, string>): Refusal => ({
  status: 403,
  code: 40310000,
  message,
  ...(fields && { fields }),
});

export const orderNotFound = (id: string): Refusal => ({
  status: 404,
  code: 40410000,
  message: `order not found for ${id}`,
});
export const orderIsOver = ({ status }: Order): Refusal => unprocessable(`order is already in "${status}" state`);

/** Objects, or not. */
export type Rule<T> = (subject: T) => Refusal | false | undefined;

export function firstRefusal<T>(rules: readonly Rule<T>[], subject: T): Refusal | undefined {
  for (const rule of rules) {
    const refusal = rule(subject);
    if (refusal) return refusal;
  }
  return undefined;
}
