// The unmodified SDK with both of its hosts led to a simulator, and a record of which of its methods were called.
import { Alpaca } from "@alpacahq/alpaca-trade-api";
import { startSimulator } from "../../src/simulator/server.ts";
import { twoSymbols } from "./exampleClient.ts";

export type RecordedSdk = Pick<Alpaca, "trading" | "marketData"> & {
  /** `trading.orders.market`, each once. */
  readonly called: () => ReadonlySet<string>;
  /** `ws://…`: where the simulator's streams are. */
  readonly streamOrigin: string;
  readonly stop: () => Promise<void>;
};

/** The SDK against a simulator of its own on two symbols. */
export async function sdkOnTwoSymbols(nowMs: () => number): Promise<RecordedSdk> {
  const options = { keyId: "KEY", secret: "SECRET", seed: 11, requestsPerMinute: 0 };
  const { url, streamOrigin, stop } = await startSimulator({ tape: twoSymbols, nowMs, ...options });
  return { ...recordedSdk(url), streamOrigin, stop };
}

function recordedSdk(url: string): Omit<RecordedSdk, "streamOrigin" | "stop"> {
  const called = new Set<string>();
  const { trading, marketData } = new Alpaca({
    keyId: "KEY",
    secret: "SECRET",
    paper: true,
    retry: false,
    rateLimit: false,
    fetchApi: (target, init) => {
      const { pathname, search } = new URL(String(target));
      return fetch(`${url}${pathname}${search}`, init);
    },
  });
  return {
    trading: recorded(trading, "trading", called),
    marketData: recorded(marketData, "marketData", called),
    called: () => called,
  };
}

/** Calls from outside are noted; those that a method makes on its own object are not. */
function recorded<T extends object>(target: T, name: string, called: Set<string>): T {
  return new Proxy(target, {
    get: (_, key) => {
      const value: unknown = Reflect.get(target, key, target);
      const path = `${name}.${String(key)}`;
      if (typeof value === "function") {
        return (...given: unknown[]): unknown => {
          called.add(path);
          return Reflect.apply(value, target, given);
        };
      }
      return typeof value === "object" && value !== null ? recorded(value, path, called) : value;
    },
  });
}

const plumbing = /^(constructor|fetchApi|request|createFetchParams|clone|isJsonMime|with[A-Z].*|.*Raw|.*RequestOpts)$/;

/** All the methods of one of the SDK's objects, without those that only carry requests. */
export function methodsOf(object: object, name: string): readonly string[] {
  const names = new Set<string>();
  for (let each = object; each !== Object.prototype; each = Object.getPrototypeOf(each)) {
    for (const [key, { value }] of Object.entries(Object.getOwnPropertyDescriptors(each))) {
      if (typeof value === "function" && !plumbing.test(key)) names.add(`${name}.${key}`);
    }
  }
  return [...names].sort();
}
