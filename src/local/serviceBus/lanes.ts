// Messages that wait for delivery, in lanes, oldest first.
import type { StoredMessage } from "./storedMessage.ts";

export function createLanes(laneOf: (message: StoredMessage) => string) {
  const lanes = new Map<string, StoredMessage[]>();

  /** A message that comes back goes before those that are younger. */
  function add(message: StoredMessage): void {
    const lane = lanes.get(laneOf(message)) ?? [];
    let at = lane.length;
    while (at > 0 && (lane[at - 1]?.seq ?? 0) > message.seq) at--;
    lane.splice(at, 0, message);
    lanes.set(laneOf(message), lane);
  }

  function remove(message: StoredMessage): void {
    const lane = lanes.get(laneOf(message)) ?? [];
    const at = lane.findIndex(({ seq }) => seq === message.seq);
    if (at >= 0) lane.splice(at, 1);
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
