// The functions the host can run, read from what the app registered.
import type { RegisteredFunction, Worker } from "./coreModule.ts";
import type { Log, TriggerKind } from "./hostEvents.ts";
import { categories } from "./hostEvents.ts";
import type { Binding } from "./rpc.ts";

export type HostedFunction = RegisteredFunction & {
  readonly name: string;
  readonly kind: TriggerKind;
  readonly triggerName: string;
  readonly trigger: Binding;
};

const kinds: Readonly<Record<string, TriggerKind>> = {
  httptrigger: "http",
  timertrigger: "timer",
  servicebustrigger: "serviceBus",
};

/** In order of name. A function with a trigger the host does not know is in error: it is logged and left out, the others run. */
export function hostedFunctions(worker: Worker, log: Log): readonly HostedFunction[] {
  return [...worker.functions.values()]
    .flatMap((registered): HostedFunction[] => {
      const { name, bindings } = registered.metadata;
      const [triggerName, trigger] = Object.entries(bindings).find(([, { type }]) => /trigger$/i.test(type)) ?? [];
      const kind = kinds[trigger?.type.toLowerCase() ?? ""];
      if (triggerName !== undefined && trigger !== undefined && kind !== undefined) {
        return [{ ...registered, name, kind, triggerName, trigger }];
      }
      log(
        "error",
        categories.host,
        `The '${name}' function is in error: The binding type(s) '${trigger?.type}' are not registered. Please ensure the type is correct and the binding extension is installed.`,
      );
      return [];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A text option of a binding, undefined when it is absent or of another kind. */
export function textOption(binding: Binding, name: string): string | undefined {
  const value = binding[name];
  return typeof value === "string" ? value : undefined;
}
