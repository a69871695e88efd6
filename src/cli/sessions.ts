// `tradewind sessions`: the exchange's sessions between two days, as a table for people or as JSON.
import { InvalidArgumentError } from "commander";
import { DateTime } from "luxon";
import { parseTradingDay, type TradingDay } from "../core/model/time.ts";
import { calendarRange, type Session, sessionsBetween } from "../core/schedule/tradingCalendar.ts";
import type { Commands } from "./command.ts";

type SessionsOptions = { readonly from: TradingDay; readonly to: TradingDay; readonly json: boolean };

const known = `from ${calendarRange.from} to ${calendarRange.to}`;

export function addSessions({ parent, world }: Commands): void {
  const command = parent
    .command("sessions")
    .description(`The sessions of the New York Stock Exchange between two days, both included, ${known}.`)
    .requiredOption("--from <day>", "the first day, such as 2026-11-23", day)
    .requiredOption("--to <day>", "the last day", day)
    .option("--json", "print one JSON array, its instants in UTC", false)
    .allowExcessArguments(false)
    .action(({ from, to, json }: SessionsOptions) => {
      if (from > to) command.error(`error: --from ${from} is after --to ${to}`);
      const sessions = sessionsBetween(from, to);
      world.out(json ? `${JSON.stringify(sessions.map(toJson))}\n` : toTable(sessions, from, to));
    });
}

function day(text: string): TradingDay {
  const given = parseTradingDay(text);
  if (given === undefined) throw new InvalidArgumentError("Give a day that exists as YYYY-MM-DD, such as 2026-11-23.");
  if (given >= calendarRange.from && given <= calendarRange.to) return given;
  throw new InvalidArgumentError(`The trading calendar knows the days ${known}.`);
}

const toJson = ({ day: date, openAt: open, closeAt: close, early }: Session) => ({ date, open, close, early });

function toTable(sessions: readonly Session[], from: TradingDay, to: TradingDay): string {
  const rows = sessions.map((session) => {
    const weekday = DateTime.fromISO(session.day, { zone: "utc", locale: "en" }).toFormat("ccc");
    const hours = `${hoursIn("America/New_York", session)}  ${hoursIn("utc", session)}`;
    return `${session.day}  ${weekday}  ${hours}${session.early ? "  closes early" : ""}`;
  });
  const count = sessions.length === 1 ? "1 session" : `${sessions.length} sessions`;
  return [
    ...(rows.length === 0 ? [] : ["date        day  New York     UTC", ...rows]),
    `${count} from ${from} to ${to}`,
    "",
  ].join("\n");
}

function hoursIn(zone: string, { openAt, closeAt }: Session): string {
  const clock = (instant: string): string => DateTime.fromISO(instant, { zone }).toFormat("HH:mm");
  return `${clock(openAt)}–${clock(closeAt)}`;
}
