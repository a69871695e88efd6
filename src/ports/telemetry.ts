// What the app says while it works: named events with fields. Metrics are read off them, and spans are put around the ports.
import type { EventFields, EventLevel, EventName } from "../core/telemetry/events.ts";

export type { EventFields, EventLevel, EventName };

/** Every name with its levels and fields stands in src/core/telemetry/events.ts; fields never hold secrets or account numbers. Never throws. */
export type Telemetry = { event<N extends EventName>(level: EventLevel, name: N, fields: EventFields<N>): void };
