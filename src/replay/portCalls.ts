// Every call that the app makes through its ports, seen and steered one by one.

/** Which door of the app a process was started by. */
export type ProcessKind = "timer" | "worker" | "http" | "observer";

export type PortCall = {
  /** `table TradewindSlots`, `broker`, `marketData`, `runs`, `notifications`, `notifier`. */
  readonly port: string;
  readonly method: string;
  readonly given: readonly unknown[];
};

/** Decides what becomes of a call: `perform` has its effect and answers. */
export type CallHook = (call: PortCall, perform: () => Promise<unknown>) => Promise<unknown>;

/** The port with each of its methods going through the hook; what is no function stays as it is. */
export function withHook<P extends object>(name: string, port: P, hook: CallHook): P {
  const hooked = Object.entries(port).map(([method, member]: [string, unknown]) => {
    if (typeof member !== "function") return [method, member];
    const call = (...given: unknown[]): Promise<unknown> =>
      hook({ port: name, method, given }, async () => (await Reflect.apply(member, port, given)) as unknown);
    return [method, call];
  });
  return Object.fromEntries(hooked) as P;
}

export const describeCall = ({ port, method, given }: PortCall): string => {
  const keys = given.flatMap((value) => (typeof value === "string" ? [value] : keysOf(value)));
  return `${port}.${method}${keys.length === 0 ? "" : ` ${keys.join(" ")}`}`;
};

function keysOf(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  const named = ["partitionKey", "rowKey", "clientOrderId", "runId", "id"];
  const fields = new Map(Object.entries(value));
  return named.flatMap((name) => {
    const field: unknown = fields.get(name);
    return typeof field === "string" ? [field] : [];
  });
}
