// What the values of options may be, judged as the command line is read.
import { InvalidArgumentError } from "commander";
import { parseInstant, parseTradingDay } from "../core/model/time.ts";

export const wholeNumber =
  (min: number, max: number) =>
  (text: string): number => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Give a whole number from ${min} to ${max}.`);
  };

/** An instant as the app takes it. */
export function instantOption(text: string): string {
  const value = parseInstant(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError("Give an instant with its offset, such as 2026-06-15T13:30:00Z.");
}

export function dayOption(text: string): string {
  const value = parseTradingDay(text);
  if (value !== undefined) return value;
  throw new InvalidArgumentError("Give a day that exists as YYYY-MM-DD, such as 2026-06-15.");
}

/** Gathers the values of an option that may be given several times. */
export const several = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];
