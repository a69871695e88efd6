// /api/health: whether the app is up, ready in all that it depends on, and ticking.
import { heartbeatMinutes } from "../core/operations/probe.ts";
import { operation } from "./operation.ts";

const health = operation({
  name: "health",
  method: "GET",
  route: "health",
  access: "anonymous",
  summary: "Whether the app is up",
  answers: { 200: { description: "Its settings are sound and it has reached its tables.", schema: "Health" } },
  handle: async () => ({ body: { status: "alive" } }),
});

const ready = operation({
  name: "healthReady",
  method: "GET",
  route: "health/ready",
  access: "read",
  summary: "Whether all that the app depends on answers, each with its latency",
  description:
    "All are asked side by side, each for three seconds at most. Accounts are named by their last four characters.",
  answers: {
    200: { description: "Everything is well.", schema: "Readiness" },
    503: { description: "A check that is not `ok` says what to do.", schema: "Readiness" },
  },
  handle: async ({ healthService }) => {
    const body = await healthService.ready();
    return { status: body.ready ? 200 : 503, body };
  },
});

const live = operation({
  name: "healthLive",
  method: "GET",
  route: "health/live",
  access: "anonymous",
  summary: "Whether ticks come: for an availability test",
  answers: {
    200: { description: `The last tick is at most ${heartbeatMinutes} minutes old.`, schema: "Liveness" },
    503: { description: "It is older, or there was none.", schema: "Liveness" },
  },
  handle: async ({ healthService }) => {
    const body = await healthService.live();
    return { status: body.alive ? 200 : 503, body };
  },
});

export const healthOperations = [health, ready, live];
