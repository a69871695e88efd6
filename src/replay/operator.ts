// What people do while the system works: switch it, decide on orders in doubt, and trade by hand.
import type { ControlRequest } from "../app/controlService.ts";
import { minuteMs, msFromInstant } from "../core/model/time.ts";
import type { Watch } from "./invariants.ts";
import type { Steering, World } from "./world.ts";

/** An operator repeats an action until it is acknowledged. */
export async function operate(
  action: "halt" | "reduce" | "resume" | "stop" | "start",
  world: World,
  watch: Watch,
  steering?: Steering,
): Promise<void> {
  const request: ControlRequest = {
    action,
    scope: { kind: "account" },
    principal: { kind: "claimed", name: "operator" },
    reason: "simulated",
    source: "simulation",
  };
  if (action === "reduce" || action === "resume") watch.released();
  const before = watch.releases();
  for (let tries = 0; tries < 10; tries++) {
    const process = world.start("http", tries < 5 ? steering : undefined);
    if ((await process.run((app) => app.controlService.change(request))) !== "done") continue;
    if (action === "reduce" || action === "resume") watch.released();
    if (action === "halt" && watch.releases() === before) watch.halted();
    return;
  }
}

/** Decides on every order in doubt that can no longer be on its way. */
export async function resolveDoubts(world: World, steering: Steering): Promise<void> {
  const { executions } = world.start("observer").ports;
  for (const { executionId } of await executions.outstanding()) {
    const doubtful = (await executions.get(executionId))?.outcomes.find(({ kind }) => kind === "unknown");
    // A person who cannot see the order waits until it cannot be on its way any more.
    if (doubtful?.kind !== "unknown" || msFromInstant(doubtful.since) + 4 * minuteMs > world.nowMs()) continue;
    const why = { reason: "not in the broker's list", actor: "operator" };
    const id = doubtful.ticket.clientOrderId;
    await world.start("http", steering).run((app) => app.orderResolver.resolve(executionId, id, why));
  }
}

export async function tradeByHand(world: World): Promise<void> {
  const order = {
    symbol: "AAA",
    qty: "5",
    side: "buy",
    type: "market",
    time_in_force: "day",
    client_order_id: "by-hand",
  };
  await world.alpaca.fetch("http://broker/v2/orders", {
    method: "POST",
    headers: { "APCA-API-KEY-ID": "key", "APCA-API-SECRET-KEY": "secret" },
    body: JSON.stringify(order),
  });
}
