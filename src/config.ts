// The settings as the app has them: read once from the environment and judged as a whole, and which of their values are secrets.
import queueDeclarations from "../config/queues.json" with { type: "json" };
import { ConfigError } from "./core/model/errors.ts";
import type { ChannelSettings } from "./core/model/notification.ts";
import { faultsOf } from "./core/model/parse.ts";
import { type Environment, environmentSchema, rulesAcross, settingNames } from "./environment.ts";

/** What each queue must be like, by its name. The template in infra reads the same file. */
export { queueDeclarations };
/** Names shared by the triggers and the senders. */
export const runsQueue = "runs" satisfies keyof typeof queueDeclarations;
export const notificationsQueue = "notifications" satisfies keyof typeof queueDeclarations;
/** Prefix of the connection settings that the queue triggers name. */
export const serviceBusSetting = "ServiceBusConnection";

/** How to reach a service: with the secret in a connection string, or with the app's identity. */
export type Connection =
  | { readonly kind: "connectionString"; readonly connectionString: string }
  | { readonly kind: "identity"; readonly endpoint: string; readonly clientId: string | undefined };

export type Settings = {
  readonly mode: "paper" | "live";
  readonly alpaca: {
    readonly keyId: string;
    readonly secret: string;
    /** The other pair of keys, taken when this one is refused. */
    readonly spare: { readonly keyId: string; readonly secret: string } | undefined;
    readonly tradingOrigin: string;
    readonly dataOrigin: string;
    readonly feed: "iex" | "sip";
    readonly requestsPerMinute: number;
    readonly expectedAccountId: string | undefined;
  };
  readonly serviceBus: Connection;
  readonly tables: Connection;
  readonly channels: ChannelSettings;
  readonly heartbeatUrl: string | undefined;
  readonly automationConfigFile: string | undefined;
  readonly clockFile: string | undefined;
  readonly callers: Callers;
  readonly monitor: MonitorAccess | undefined;
};

/** Where telemetry is exported to, and whether the app's identity is asked for there. */
export type MonitorAccess = {
  readonly connectionString: string;
  readonly identity: { readonly clientId: string | undefined } | undefined;
};

/** By what the callers of the HTTP functions are known. */
export type Callers = {
  readonly easyAuth: boolean;
  /** SHA-256 of the key, lower case hex. */
  readonly keyNames: readonly { readonly name: string; readonly digest: string }[];
};

/** Reads the settings from `environment` (empty values count as absent). Throws ConfigError with every fault; messages never hold a value. */
export function parseSettings(environment: Readonly<Record<string, string | undefined>>): Settings {
  const given = Object.fromEntries(
    settingNames.flatMap((name) => (environment[name]?.trim() ? [[name, environment[name]]] : [])),
  );
  const parsed = environmentSchema.safeParse(given);
  const faults = parsed.success ? rulesAcross(parsed.data) : [...faultsOf(parsed.error), ...rulesAcross(given)];
  if (!parsed.success || faults.length > 0) throw new ConfigError("App settings", faults);
  return Object.freeze(toSettings(parsed.data));
}

function toSettings(given: Environment): Settings {
  const connection = (connectionString: string | undefined, endpoint: string | undefined): Connection =>
    connectionString !== undefined
      ? { kind: "connectionString", connectionString }
      : { kind: "identity", endpoint: endpoint ?? "", clientId: given.AZURE_CLIENT_ID };
  return {
    mode: given.TRADEWIND_MODE,
    alpaca: {
      keyId: given.ALPACA_KEY_ID,
      secret: given.ALPACA_SECRET_KEY,
      spare: spareOf(given),
      tradingOrigin: given.ALPACA_TRADING_ORIGIN,
      dataOrigin: given.ALPACA_DATA_ORIGIN,
      feed: given.ALPACA_DATA_FEED,
      requestsPerMinute: given.ALPACA_REQUESTS_PER_MINUTE,
      expectedAccountId: given.ALPACA_ACCOUNT_ID,
    },
    serviceBus: connection(given.ServiceBusConnection, given.ServiceBusConnection__fullyQualifiedNamespace),
    tables: connection(given.TablesConnection, given.TablesConnection__endpoint),
    channels: channelsOf(given),
    heartbeatUrl: given.TRADEWIND_HEARTBEAT_URL,
    automationConfigFile: given.AUTOMATION_CONFIG_FILE,
    clockFile: given.TRADEWIND_CLOCK_FILE,
    monitor: monitorOf(given),
    callers: { easyAuth: given.TRADEWIND_EASY_AUTH === "true", keyNames: keyNamesOf(given.TRADEWIND_KEY_NAMES) },
  };
}

const channelsOf = (given: Environment): ChannelSettings => {
  const { NOTIFY_WEBHOOK_URL: url, NOTIFY_SMTP_URL: smtpUrl, NOTIFY_EMAIL_FROM: from, NOTIFY_EMAIL_TO: to } = given;
  return {
    teamsUrl: given.NOTIFY_TEAMS_URL,
    slackUrl: given.NOTIFY_SLACK_URL,
    discordUrl: given.NOTIFY_DISCORD_URL,
    webhook: url === undefined ? undefined : { url, secret: given.NOTIFY_WEBHOOK_SECRET },
    email: smtpUrl === undefined || from === undefined || to === undefined ? undefined : { smtpUrl, from, to },
  };
};

function monitorOf(given: Environment): MonitorAccess | undefined {
  const connectionString = given.APPLICATIONINSIGHTS_CONNECTION_STRING;
  if (connectionString === undefined) return undefined;
  const isAsked = /(?:^|;)Authorization=AAD(?:;|$)/i.test(given.APPLICATIONINSIGHTS_AUTHENTICATION_STRING ?? "");
  return { connectionString, identity: isAsked ? { clientId: given.AZURE_CLIENT_ID } : undefined };
}

const spareOf = ({ ALPACA_SPARE_KEY_ID: keyId, ALPACA_SPARE_SECRET_KEY: secret }: Environment) =>
  keyId === undefined || secret === undefined ? undefined : { keyId, secret };

/** Every value of the settings that nobody may read anywhere: whole, and the key inside a connection string or an address. */
export function secretsOf({
  alpaca,
  tables,
  serviceBus,
  channels,
  heartbeatUrl,
  monitor,
}: Settings): readonly string[] {
  const pairs = [alpaca, ...(alpaca.spare === undefined ? [] : [alpaca.spare])];
  const connections = [tables, serviceBus].flatMap((each) => (each.kind === "identity" ? [] : [each.connectionString]));
  const strings = [...connections, ...(monitor === undefined ? [] : [monitor.connectionString])];
  const keys = strings.flatMap((text) =>
    [...text.matchAll(/(?:Shared(?:Access)?Key|AccountKey|SharedAccessSignature|InstrumentationKey)=([^;]+)/gi)].map(
      ([, key = ""]) => key,
    ),
  );
  const { teamsUrl, slackUrl, discordUrl, webhook, email } = channels;
  const hooks = [teamsUrl, slackUrl, discordUrl, webhook?.url, heartbeatUrl].flatMap((url) =>
    url === undefined ? [] : new URL(url),
  );
  return [
    ...pairs.flatMap(({ keyId, secret }) => [keyId, secret]),
    ...strings,
    ...keys,
    ...hooks.flatMap((hook) => [hook.href, ...hookPath(hook)]),
    ...(webhook?.secret === undefined ? [] : [webhook.secret]),
    ...(email === undefined ? [] : [email.smtpUrl, decodeURIComponent(new URL(email.smtpUrl).password)]),
  ];
}

/** A path, or a part of the query, so long that it is what the address is kept secret for, and no word of a sentence. */
const hookPath = ({ pathname, search, searchParams }: URL): readonly string[] =>
  [`${pathname}${search}`.slice(1), ...searchParams.values()].filter((path) => path.length >= 20);

const keyNamesOf = (pairs = ""): Callers["keyNames"] =>
  [...pairs.matchAll(/([\w.-]+)=([0-9a-fA-F]{64})/g)].map(([, name = "", digest = ""]) => ({
    name,
    digest: digest.toLowerCase(),
  }));
