// How far the clocks of a zone are ahead of UTC.
import { IANAZone } from "luxon";
import { dayMs, minuteMs } from "../model/time.ts";

type ZoneOffsets = {
  readonly zone: IANAZone;
  readonly byDay: Map<number, number | "changes">;
  /** On days on which clocks change: they do so on the quarter hour everywhere. */
  readonly byQuarter: Map<number, number>;
};
const zones = new Map<string, ZoneOffsets>();
const zonesKept = 1000;
/** More days than the trading calendar has. */
const answersKept = 20_000;

/** In milliseconds, at an instant in milliseconds since the Unix epoch. Asking the time zone data is slow, and the answer mostly holds for a whole UTC day. */
export function offsetMsAt(zone: string, ms: number): number {
  const known = zones.get(zone) ?? newZone(zone);
  const ask = (atMs: number): number => known.zone.offset(atMs) * minuteMs;
  const day = Math.floor(ms / dayMs);
  const offset = answerOf(known.byDay, day, () => {
    const first = ask(day * dayMs);
    return first === ask((day + 1) * dayMs) ? first : "changes";
  });
  return offset === "changes" ? answerOf(known.byQuarter, Math.floor(ms / (15 * minuteMs)), () => ask(ms)) : offset;
}

function answerOf<T>(answers: Map<number, T>, key: number, ask: () => T): T {
  const known = answers.get(key);
  if (known !== undefined) return known;
  if (answers.size >= answersKept) answers.clear();
  const answer = ask();
  answers.set(key, answer);
  return answer;
}

function newZone(name: string): ZoneOffsets {
  if (zones.size >= zonesKept) zones.clear();
  const made: ZoneOffsets = { zone: IANAZone.create(name), byDay: new Map(), byQuarter: new Map() };
  zones.set(name, made);
  return made;
}
