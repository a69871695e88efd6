// Every app setting: its name, meaning and default, and the rules that it must keep beside others.
import { z } from "zod";

export const paperTradingOrigin = "https://paper-api.alpaca.markets";
export const liveTradingOrigin = "https://api.alpaca.markets";
export const marketDataOrigin = "https://data.alpaca.markets";

/** What Azure leaves in a setting whose secret it could not read: it must not pass for the secret. */
const unresolved = /^@Microsoft\.KeyVault\(/;
const text = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .refine((value) => !unresolved.test(value), {
    message:
      "refers to a secret that could not be read: see that it is in the vault and that the app's identity may read it",
  });
const origin = text.refine((value) => URL.canParse(value) && new URL(value).origin === value, {
  message: "must be an origin such as https://paper-api.alpaca.markets, without a path or a trailing slash",
});

const channelUrl = text.refine(
  (value) => URL.canParse(value) && (new URL(value).protocol === "https:" || isLoopbackHttp(value)),
  "must be an https address, or http on a loopback address",
);
const mailAddress = z.email("must be an e-mail address");

export const environmentSchema = z.object({
  /** `paper` or `live`. Live needs TRADEWIND_LIVE_TRADING and ALPACA_TRADING_ORIGIN set for it too, and ALPACA_ACCOUNT_ID. */
  TRADEWIND_MODE: z.enum(["paper", "live"]).default("paper"),
  /** The second of the three: the word `enabled`. */
  TRADEWIND_LIVE_TRADING: z.enum(["enabled", "disabled"]).default("disabled"),
  /** The third of the three when it names the live origin; a loopback origin is a simulator. */
  ALPACA_TRADING_ORIGIN: origin.default(paperTradingOrigin),
  ALPACA_DATA_ORIGIN: origin.default(marketDataOrigin),
  /** The account that must answer, or nothing trades. Required for live. */
  ALPACA_ACCOUNT_ID: text.optional(),
  ALPACA_KEY_ID: text,
  ALPACA_SECRET_KEY: text,
  /** A second pair for the same account: taken when the broker refuses the first, so that keys change without a gap. Both or neither. */
  ALPACA_SPARE_KEY_ID: text.optional(),
  ALPACA_SPARE_SECRET_KEY: text.optional(),
  /** Which trades and quotes the plan pays for. */
  ALPACA_DATA_FEED: z.enum(["iex", "sip"]).default("iex"),
  /** What the plan allows on each of the two hosts; the app holds itself to it. 0: no limit, for a simulator. */
  ALPACA_REQUESTS_PER_MINUTE: z
    .string()
    .regex(/^\d{1,5}$/, "must be a whole number from 0 to 99999")
    .transform(Number)
    .default(200),
  /** A connection string, or the namespace for an identity in ServiceBusConnection__fullyQualifiedNamespace. */
  ServiceBusConnection: text.optional(),
  ServiceBusConnection__fullyQualifiedNamespace: text.optional(),
  /** A connection string, or the endpoint for an identity in TablesConnection__endpoint. */
  TablesConnection: text.optional(),
  TablesConnection__endpoint: z.url().optional(),
  /** Client id of a user-assigned identity; the system-assigned one where absent. */
  AZURE_CLIENT_ID: text.optional(),
  /** Where people are told; without any of them notifications are only logged and listed. Each address is a secret. */
  NOTIFY_TEAMS_URL: channelUrl.optional(),
  NOTIFY_SLACK_URL: channelUrl.optional(),
  NOTIFY_DISCORD_URL: channelUrl.optional(),
  NOTIFY_WEBHOOK_URL: channelUrl.optional(),
  /** With it the webhook's messages are signed. */
  NOTIFY_WEBHOOK_SECRET: text
    .min(16, "must have at least 16 characters")
    .refine((value) => !value.startsWith("whsec_") || /^whsec_[A-Za-z0-9+/]{22,}={0,2}$/.test(value), {
      message: "must have at least 16 bytes in base64 after whsec_",
    })
    .optional(),
  /** `smtps://user:password@host:465` or `smtp://…:587`. Needs the two addresses below. */
  NOTIFY_SMTP_URL: text.refine(isSmtpUrl, "must be smtps://user:password@host:port, or smtp://…").optional(),
  NOTIFY_EMAIL_FROM: mailAddress.optional(),
  /** One or more, with commas between. */
  NOTIFY_EMAIL_TO: z
    .string()
    .transform((addresses) => addresses.split(",").map((address) => address.trim()))
    .pipe(z.array(mailAddress).min(1).max(20))
    .optional(),
  /** Asked with GET after each tick: an outside monitor that raises the alarm when it hears nothing. The address is a secret. */
  TRADEWIND_HEARTBEAT_URL: channelUrl.optional(),
  /** Where traces, events and metrics go; without it events are on the console only. */
  APPLICATIONINSIGHTS_CONNECTION_STRING: text
    .regex(/(?:^|;)InstrumentationKey=[0-9a-f-]{36}(?:;|$)/i, "must hold InstrumentationKey=<id>")
    .optional(),
  /** `Authorization=AAD`: the app shows its identity there, and not the key in the connection string. */
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: text.optional(),
  /** A file to seed empty tables from, instead of the built-in config/automation.json. */
  AUTOMATION_CONFIG_FILE: text.optional(),
  /** A demo clock shared by the processes of a local demo. Only with a simulator. */
  TRADEWIND_CLOCK_FILE: text.optional(),
  /** `true`: App Service authentication (Easy Auth) stands in front, so that its headers prove who calls. Otherwise anyone could send them. */
  TRADEWIND_EASY_AUTH: z.enum(["true", "false"]).default("false"),
  /** Names of function keys, `ops=<SHA-256 of the key in hex>,dashboard=<…>`: who calls with such a key is known by its name. */
  TRADEWIND_KEY_NAMES: text
    .regex(
      /^[\w.-]{1,40}=[0-9a-fA-F]{64}(\s*,\s*[\w.-]{1,40}=[0-9a-fA-F]{64})*$/,
      "must be name=digest pairs with commas between; a digest is the SHA-256 of the key, 64 hex digits",
    )
    .optional(),
});

export type Environment = z.infer<typeof environmentSchema>;

/** The names of all settings, for checks of sample files and infrastructure. */
export const settingNames: readonly string[] = Object.keys(environmentSchema.shape);

/** Rules that no single setting can break; told together with the faults of single settings. */
export function rulesAcross(given: Partial<Record<keyof Environment, unknown>>): { path: string; message: string }[] {
  const faults: { path: string; message: string }[] = [];
  const trading = String(given.ALPACA_TRADING_ORIGIN ?? paperTradingOrigin);
  const need = (path: keyof Environment, ok: boolean, message: string): void => {
    if (!ok) faults.push({ path, message });
  };
  if (given.TRADEWIND_MODE === "live") {
    need("TRADEWIND_LIVE_TRADING", given.TRADEWIND_LIVE_TRADING === "enabled", "live trading needs the value enabled");
    need("ALPACA_TRADING_ORIGIN", trading === liveTradingOrigin, `live trading needs ${liveTradingOrigin}`);
    need(
      "ALPACA_ACCOUNT_ID",
      given.ALPACA_ACCOUNT_ID !== undefined,
      "live trading needs the id of the account that is to trade",
    );
  } else {
    need(
      "ALPACA_TRADING_ORIGIN",
      trading === paperTradingOrigin || isLoopback(trading),
      `paper trading needs ${paperTradingOrigin} or a simulator on a loopback address`,
    );
  }
  const data = String(given.ALPACA_DATA_ORIGIN ?? marketDataOrigin);
  need(
    "ALPACA_DATA_ORIGIN",
    data === marketDataOrigin || (given.TRADEWIND_MODE !== "live" && isLoopback(data)),
    `must be ${marketDataOrigin}, or for paper trading a simulator on a loopback address`,
  );
  need(
    "TRADEWIND_CLOCK_FILE",
    given.TRADEWIND_CLOCK_FILE === undefined || isLoopback(trading),
    "a demo clock is only for a simulator on a loopback address",
  );
  need(
    "ALPACA_SPARE_SECRET_KEY",
    (given.ALPACA_SPARE_KEY_ID === undefined) === (given.ALPACA_SPARE_SECRET_KEY === undefined),
    "a spare pair needs ALPACA_SPARE_KEY_ID and ALPACA_SPARE_SECRET_KEY, or neither",
  );
  need(
    "ServiceBusConnection",
    given.ServiceBusConnection !== undefined || given.ServiceBusConnection__fullyQualifiedNamespace !== undefined,
    "set this connection string, or ServiceBusConnection__fullyQualifiedNamespace for an identity",
  );
  need(
    "TablesConnection",
    given.TablesConnection !== undefined || given.TablesConnection__endpoint !== undefined,
    "set this connection string, or TablesConnection__endpoint for an identity",
  );
  if (mailSettings.some((name) => given[name] !== undefined))
    for (const name of mailSettings)
      need(name, given[name] !== undefined, `e-mail needs all of ${mailSettings.join(", ")}`);
  need(
    "NOTIFY_WEBHOOK_SECRET",
    given.NOTIFY_WEBHOOK_SECRET === undefined || given.NOTIFY_WEBHOOK_URL !== undefined,
    "signs the messages of NOTIFY_WEBHOOK_URL, which is missing",
  );
  return faults;
}

const mailSettings = ["NOTIFY_SMTP_URL", "NOTIFY_EMAIL_FROM", "NOTIFY_EMAIL_TO"] as const;

function isSmtpUrl(value: string): boolean {
  return URL.canParse(value) && ["smtp:", "smtps:"].includes(new URL(value).protocol) && new URL(value).hostname !== "";
}

function isLoopbackHttp(value: string): boolean {
  return new URL(value).protocol === "http:" && isLoopback(value);
}

function isLoopback(value: string): boolean {
  return URL.canParse(value) && ["127.0.0.1", "localhost", "[::1]"].includes(new URL(value).hostname);
}
