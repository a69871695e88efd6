// What the app says while it works: named events with fields, one line each.

export type EventLevel = "info" | "warning" | "error";
export type EventFields = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** `name` is a stable dotted name (`run.finished`); fields never hold secrets or account numbers. Never throws. */
export type Telemetry = { event(level: EventLevel, name: string, fields: EventFields): void };
