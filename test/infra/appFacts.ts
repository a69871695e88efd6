// What the app expects of Azure, read from the app itself: settings, queues, tables, triggers, host.json.
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { tableNames } from "../../src/adapters/tables/stores.ts";
import { queueDeclarations } from "../../src/config.ts";
import { settingNames } from "../../src/environment.ts";
import { type Binding, indexedFunctions } from "../support/indexedFunctions.ts";

const root = resolve(import.meta.dirname, "../..");
const read = (file: string) => JSON.parse(readFileSync(resolve(root, file), "utf8"));

export type QueueDeclaration = (typeof queueDeclarations)[keyof typeof queueDeclarations];
export type QueueTrigger = {
  readonly function: string;
  readonly queue: string;
  readonly isDeadLetter: boolean;
  readonly isSessionsEnabled: boolean;
  readonly connection: string;
};

export type AppFacts = {
  readonly settings: readonly string[];
  readonly queues: Readonly<Record<string, QueueDeclaration>>;
  readonly tables: readonly string[];
  readonly triggers: readonly QueueTrigger[];
  readonly hostJson: Readonly<Record<string, unknown>>;
  readonly nodeMajor: string;
};

/** Settings that the template leaves out on purpose, and why. One that the app no longer has is a finding. */
export const settingsOfOneMachine: Readonly<Record<string, string>> = {
  ServiceBusConnection: "a connection string holds a key; in Azure the identity connects",
  TablesConnection: "a connection string holds a key; in Azure the identity connects",
  AUTOMATION_CONFIG_FILE: "the bundle has no such file; empty tables are seeded from config/automation.json",
  TRADEWIND_CLOCK_FILE: "a demo clock is for a simulator",
};

export function readAppFacts(): AppFacts {
  const functions = indexedFunctions(root);
  return {
    settings: settingNames,
    queues: queueDeclarations,
    tables: Object.values(tableNames),
    triggers: functions.flatMap(({ name, bindings }) =>
      bindings.filter(({ type }) => type === "serviceBusTrigger").map((binding) => queueTrigger(name, binding)),
    ),
    hostJson: read("host.json"),
    nodeMajor: String(read("package.json").devDependencies.node).split(".")[0] ?? "",
  };
}

function queueTrigger(name: string, binding: Binding): QueueTrigger {
  const [queue = "", part] = String(binding.queueName).split("/");
  return {
    function: name,
    queue,
    isDeadLetter: part !== undefined,
    isSessionsEnabled: binding.isSessionsEnabled === true,
    connection: String(binding.connection),
  };
}
