// Holds the template's queues, tables and roles against the app: each check answers its findings, one sentence each; none means that they agree.
import type { AppFacts } from "./appFacts.ts";
import { roleNames, serviceBusLimits } from "./azureCatalogue.ts";
import { ofType, type Resource, valueAt } from "./evaluatedTemplate.ts";
import { secretsOf, settingsOf } from "./settingChecks.ts";

type Resources = readonly Resource[];
const lastPart = (path: string): string => path.split("/").at(-1) ?? "";

/** Seconds of an ISO 8601 duration in days, hours, minutes and seconds. */
export function secondsOf(duration: unknown): number {
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] =
    /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(String(duration)) ?? [];
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60 + Number(seconds);
}

const secondsOfHostTime = (text: unknown): number =>
  String(text)
    .split(":")
    .reduce((sum, part) => sum * 60 + Number(part), 0);

export function queueFindings(resources: Resources, app: AppFacts): string[] {
  const there = new Map(
    ofType(resources, "Microsoft.ServiceBus/namespaces/queues").map((queue) => [lastPart(queue.name), queue]),
  );
  const wanted = Object.entries(app.queues);
  return [
    ...[...there.keys()]
      .filter((name) => !(name in app.queues))
      .map((name) => `queue ${name} is in the template, but not in config/queues.json`),
    ...wanted.flatMap(([name, declared]) => {
      const queue = there.get(name);
      if (queue === undefined) return [`queue ${name} is in config/queues.json, but not in the template`];
      const expected: Readonly<Record<string, unknown>> = {
        requiresSession: declared.requiresSession,
        requiresDuplicateDetection: true,
        maxDeliveryCount: declared.maxDeliveryCount,
      };
      const seconds: Readonly<Record<string, number>> = {
        lockDuration: declared.lockSeconds,
        duplicateDetectionHistoryTimeWindow: declared.duplicateDetectionMinutes * 60,
      };
      return [
        ...Object.entries(expected).flatMap(([property, value]) => differs(queue, property, value)),
        ...Object.entries(seconds).flatMap(([property, value]) => differs(queue, property, value, secondsOf)),
      ];
    }),
    ...triggerFindings(app),
    ...limitFindings(app),
  ];
}

function differs(
  queue: Resource,
  property: string,
  expected: unknown,
  read = (value: unknown): unknown => value,
): string[] {
  const value = read(valueAt(queue, `properties.${property}`));
  return value === expected ? [] : [`queue ${lastPart(queue.name)}: ${property} is ${value}, not ${expected}`];
}

/** Functions and queues: each queue is read by one function, in the way it is declared. */
function triggerFindings({ queues, triggers }: AppFacts): string[] {
  return [
    ...triggers
      .filter(({ queue }) => !(queue in queues))
      .map((each) => `function ${each.function} reads queue ${each.queue}, which config/queues.json does not declare`),
    ...Object.entries(queues).flatMap(([name, { requiresSession }]) => {
      const readers = triggers.filter(({ queue, isDeadLetter }) => queue === name && !isDeadLetter);
      if (readers.length !== 1) return [`queue ${name} is read by ${readers.length} functions, not by one`];
      return readers
        .filter(({ isSessionsEnabled }) => isSessionsEnabled !== requiresSession)
        .map((each) => `function ${each.function} and queue ${name} differ on sessions`);
    }),
  ];
}

/** Locks and time-outs: what the service allows, and what host.json adds to it. */
function limitFindings({ queues, hostJson, triggers }: AppFacts): string[] {
  const serviceBus = ((hostJson.extensions ?? {}) as { serviceBus?: Record<string, unknown> }).serviceBus ?? {};
  const bundle = hostJson.extensionBundle as { id?: string; version?: string } | undefined;
  const renewed = secondsOfHostTime(serviceBus.maxAutoLockRenewalDuration);
  const { lockSeconds, duplicatesFromSeconds, duplicatesToSeconds } = serviceBusLimits;
  return [
    ...Object.entries(queues)
      .filter(([, queue]) => queue.lockSeconds > lockSeconds)
      .map(([name]) => `queue ${name}: a lock lasts ${lockSeconds} seconds at most`),
    ...Object.entries(queues)
      .filter(
        ([, queue]) =>
          queue.duplicateDetectionMinutes * 60 < duplicatesFromSeconds ||
          queue.duplicateDetectionMinutes * 60 > duplicatesToSeconds,
      )
      .map(([name]) => `queue ${name}: duplicates are detected over 20 seconds to 7 days`),
    ...(renewed >= secondsOfHostTime(hostJson.functionTimeout)
      ? []
      : ["host.json: a run may last longer than its lock is renewed"]),
    ...(triggers.length === 0 ||
    (bundle?.id === "Microsoft.Azure.Functions.ExtensionBundle" && bundle.version === "[4.*, 5.0.0)")
      ? []
      : ["host.json: without extension bundle 4 the host does not know Service Bus triggers"]),
  ];
}

export function tableFindings(resources: Resources, app: AppFacts): string[] {
  const there = ofType(resources, "Microsoft.Storage/storageAccounts/tableServices/tables").map(({ name }) =>
    lastPart(name),
  );
  return [
    ...there
      .filter((name) => !app.tables.includes(name))
      .map((name) => `table ${name} is in the template, but not in the app`),
    ...app.tables
      .filter((name) => !there.includes(name))
      .map((name) => `table ${name} is in the app, but not in the template`),
  ];
}

/** Every role the app needs by its settings and queues, and no other. */
export function roleFindings(resources: Resources, app: AppFacts): string[] {
  const settings = settingsOf(resources);
  const when = (needed: boolean, ...roles: string[]): string[] => (needed ? roles : []);
  const wanted = new Set([
    ...when("AzureWebJobsStorage__accountName" in settings, "Storage Blob Data Owner on storageAccounts"),
    ...when("TablesConnection__endpoint" in settings, "Storage Table Data Contributor on storageAccounts"),
    // The app sends to every queue it declares.
    ...Object.keys(app.queues).flatMap((queue) => [
      `Azure Service Bus Data Sender on queue ${queue}`,
      ...when(
        app.triggers.some((trigger) => trigger.queue === queue),
        `Azure Service Bus Data Receiver on queue ${queue}`,
      ),
    ]),
    ...when(secretsOf(resources).length > 0, "Key Vault Secrets User on vaults"),
    ...when("APPLICATIONINSIGHTS_AUTHENTICATION_STRING" in settings, "Monitoring Metrics Publisher on components"),
    ...when(
      ofType(resources, "Microsoft.SignalRService/webPubSub").length > 0,
      "Web PubSub Service Owner on webPubSub",
    ),
  ]);
  const given = ofType(resources, "Microsoft.Authorization/roleAssignments").map(roleGiven);
  return [
    ...given.filter((role) => !wanted.has(role)).map((role) => `role ${role} is given, but the app has no use for it`),
    ...[...wanted].filter((role) => !given.includes(role)).map((role) => `role ${role} is needed, but not given`),
  ];
}

/** Such as `Key Vault Secrets User on vaults`; the scope is in the assignment's id. */
function roleGiven(assignment: Resource): string {
  const id = lastPart(String(valueAt(assignment, "properties.roleDefinitionId")));
  const scope = (/extensionResourceId\('([^']+)'/.exec(assignment.id)?.[1] ?? assignment.id).split("/");
  const [type = "", name = ""] = scope.slice(-2);
  return `${roleNames[id] ?? `unknown ${id}`} on ${type === "queues" ? `queue ${name}` : type}`;
}
