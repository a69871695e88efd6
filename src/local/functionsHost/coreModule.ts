// The module `@azure/functions-core` that the functions library asks for: it takes registrations and hooks, as the Node worker does.
import Module from "node:module";
import { basename, dirname } from "node:path";
import type { FunctionCallback, FunctionMetadata, LogLevel, ProgrammingModel } from "./rpc.ts";

export type RegisteredFunction = {
  readonly metadata: FunctionMetadata;
  readonly callback: FunctionCallback;
  readonly scriptFile: string;
  readonly directory: string;
};

const hookNames = ["appStart", "appTerminate", "preInvocation", "postInvocation", "log"] as const;
type HookName = (typeof hookNames)[number];
type HookCallback = (context: object) => unknown;

export type LogCategory = "user" | "system";
/** The invocation a log line belongs to, for the log hooks. */
export type LogScope = { readonly hookData: object; readonly invocationContext: unknown };

/** What the app registered, and the ways to run its hooks. */
export type Worker = {
  readonly functions: ReadonlyMap<string, RegisteredFunction>;
  /** Shared by all hooks. */
  readonly appHookData: object;
  /** Shared by appStart and appTerminate hooks only. */
  readonly appLevelHookData: object;
  programmingModel(): ProgrammingModel | undefined;
  /** The file being loaded: what registers meanwhile is said to come from there. */
  loading(file: string | undefined): void;
  /** From now on a registration throws. `forget` drops what was registered, as after a module that failed to load. */
  lock(forget: boolean): void;
  runHooks(name: Exclude<HookName, "log">, context: object): Promise<void>;
  /** Runs the log hooks, which may change level and text, then writes the line. */
  log(level: LogLevel, category: LogCategory, message: string, scope?: LogScope, functionName?: string): void;
};

let installed = false;

/**
 * Makes `require("@azure/functions-core")` work in this process and answers what registers there. `write` gets every log line after the
 * hooks. Throws when called twice: the library keeps the first module it was given, so a process can hold one app only.
 */
export function installCoreModule(options: {
  readonly hostVersion: string;
  readonly write: (level: LogLevel, category: LogCategory, message: string, functionName: string | undefined) => void;
}): Worker {
  if (installed)
    throw new Error("A process can run one Functions host only: start another one in a process of its own.");
  installed = true;
  const { hostVersion, write } = options;
  const functions = new Map<string, RegisteredFunction>();
  const hooks: Record<HookName, HookCallback[]> = {
    appStart: [],
    appTerminate: [],
    preInvocation: [],
    postInvocation: [],
    log: [],
  };
  const appHookData = {};
  let model: ProgrammingModel | undefined;
  let locked = false;
  let entryPoint: string | undefined;

  function registerFunction(metadata: FunctionMetadata, callback: FunctionCallback): Disposable {
    if (locked) throw new Error("A function can only be registered during app startup.");
    const id = metadata.functionId ?? metadata.name;
    if (functions.has(id)) throw new Error(`A function with id "${id}" has already been registered.`);
    const scriptFile = entryPoint === undefined ? "unknown" : basename(entryPoint);
    const directory = entryPoint === undefined ? "" : dirname(entryPoint);
    functions.set(id, { metadata, callback, scriptFile, directory });
    return new Disposable(() => {
      if (locked) throw new Error("A function can only be disposed during app startup.");
      functions.delete(id);
    });
  }

  function registerHook(name: string, callback: HookCallback): Disposable {
    const known = hookNames.find((hookName) => hookName === name);
    if (known === undefined) {
      throw Object.assign(new RangeError(`Unrecognized hook "${name}"`), { isAzureFunctionsSystemError: true });
    }
    hooks[known].push(callback);
    return new Disposable(() => {
      hooks[known] = hooks[known].filter((other) => other !== callback);
    });
  }

  const log: Worker["log"] = (level, category, message, scope, functionName) => {
    const line = {
      level,
      message,
      category,
      appHookData,
      hookData: scope?.hookData ?? {},
      invocationContext: scope?.invocationContext,
    };
    for (const hook of hooks.log) {
      // A log hook that logs would call itself for ever.
      if (runningLogHook) break;
      runningLogHook = true;
      try {
        hook(line);
      } catch (failure) {
        write("error", "system", `A log hook failed: ${String(failure)}`, functionName);
      } finally {
        runningLogHook = false;
      }
    }
    write(line.level, category, line.message, functionName);
  };
  let runningLogHook = false;

  provide("@azure/functions-core", {
    version: "3.9.1",
    hostVersion,
    registerFunction,
    registerHook,
    setProgrammingModel: (next: ProgrammingModel) => {
      model = next;
    },
    getProgrammingModel: () => model,
    log: (level: LogLevel, category: LogCategory, message: string) => log(level, category, message),
    Disposable,
  });

  return {
    functions,
    appHookData,
    appLevelHookData: {},
    programmingModel: () => model,
    loading: (file) => {
      entryPoint = file;
    },
    lock: (forget) => {
      locked = true;
      if (forget) functions.clear();
    },
    runHooks: async (name, context) => {
      for (const hook of hooks[name]) await hook(context);
    },
    log,
  };
}

/** Answers `exports` to every `require(name)` of this process, whatever module asks. */
function provide(name: string, exports: object): void {
  const { require: original } = Module.prototype;
  Module.prototype.require = Object.assign(function (this: unknown, id: string): unknown {
    return id === name ? exports : Reflect.apply(original, this, [id]);
  }, original);
}

class Disposable {
  readonly #onDispose: () => void;

  constructor(onDispose: () => void) {
    this.#onDispose = onDispose;
  }

  dispose(): void {
    this.#onDispose();
  }
}
