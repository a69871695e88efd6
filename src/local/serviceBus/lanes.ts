// Messages that wait for delivery, in lanes, oldest first.
import type { StoredMessage } from "./storedMessage.ts";

export function createLanes(laneOf: (message: StoredMessage) => string) {
  const lanes = new Map<string, StoredMessage[]>();

  /** A message that comes back goes before those that are younger. */
  function add(message: StoredMessage): void {
    const lane = lanes.get(laneOf(message)) ?? [];
    lane.splice(placeOf(message, lane), 0, message);
    lanes.set(laneOf(message), lane);
  }

  function remove(message: StoredMessage): void {
    const lane = lanes.get(laneOf(message)) ?? [];
    const at = placeOf(message, lane);
    if (lane[at]?.seq === message.seq) lane.splice(at, 1);
    if (lane.length === 0) lanes.delete(laneOf(message));
  }

  return {
    add,
    remove,
    first: (lane: string): StoredMessage | undefined => lanes.get(lane)?.[0],
    /** Lanes that have messages; the one that has had some for longest comes first. */
    names: (): readonly string[] => [...lanes.keys()],
  };
}

/** Where a message stands in its lane, or would: before the first that is not older. A lane can be long, so its middle is looked at first. */
function placeOf({ seq }: StoredMessage, lane: readonly StoredMessage[]): number {
  let [from, to] = [0, lane.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((lane[middle]?.seq ?? 0) < seq) from = middle + 1;
    else to = middle;
  }
  return from;
}
