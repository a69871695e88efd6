// /api/health: whether the app is configured and can read its state.
import { operation } from "./operation.ts";

const health = operation({
  name: "health",
  method: "GET",
  route: "health",
  access: "read",
  summary: "Whether the settings are sound and the tables can be read",
  answers: { 200: { description: "All is well.", schema: "Health" } },
  handle: async ({ schedulerService }) => {
    const { at, mode, automation, tradingState, heartbeat, versions } = await schedulerService.status();
    return { body: { status: "ok", at, mode, automation, tradingState, heartbeat, version: versions.app } };
  },
});

export const healthOperations = [health];
