// A run as the queue hands it to a worker, and a worker that dies with it.
import type { OrderTicket } from "../../src/core/model/order.ts";
import { type RunRequest, runMessageSchema } from "../../src/core/model/run.ts";
import type { MemoryStack } from "./memoryStack.ts";

/** The request of the slot that the tick at 13:35 enqueues. */
export async function tickAndTake({ app, queues, setNow }: MemoryStack): Promise<RunRequest> {
  setNow("2026-06-15T13:35:00Z");
  await app.scheduler.tick("timer");
  return runMessageSchema.parse(queues.take("runs")?.body).run;
}

/** Delivers that run to a worker which dies when it is about to send its n-th order. */
export async function dieBeforeOrder(stack: MemoryStack, number: number): Promise<RunRequest> {
  const run = await tickAndTake(stack);
  const { broker } = stack.ports;
  const { submit } = broker;
  const died = Promise.withResolvers<void>();
  let reached = 0;
  Object.assign(broker, {
    submit: (ticket: OrderTicket) => {
      if (++reached < number) return submit(ticket);
      died.resolve();
      return new Promise<never>(() => undefined);
    },
  });
  void stack.app.runDelivery.deliver({ run });
  await died.promise;
  Object.assign(broker, { submit });
  return run;
}
