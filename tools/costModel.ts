// What an environment costs a month: how often each part is used, times its list price. Pure; tools/cost.ts writes it down.
import queues from "../config/queues.json" with { type: "json" };
import alerts from "../infra/alerts.json" with { type: "json" };

/** `usd` buys `per` units after the `free` ones of each month. `seen` is what the price was held against; without it: nothing yet. */
export type Price = {
  readonly usd: number;
  readonly per: number;
  readonly free: number;
  readonly page: string;
  readonly seen?: string;
};
export type Prices = Readonly<Record<string, Price>>;

const hoursAMonth = 730;
const minutesAMonth = hoursAMonth * 60;
const tradingDaysAMonth = 21;

const queryRules = Object.values(alerts.queries);
/** What is paid for is a series that is watched: a rule on queues has one for each of them. */
const metricSeries =
  Object.keys(alerts.metrics).length +
  Object.keys(alerts.queues).length * Object.keys(queues).length +
  Object.keys(alerts.availability).length;

/** How the app is used. What it does per tick, check and run was counted on the memory stack and rounded up; test/tools/cost.test.ts counts again. */
export const usage = {
  /** Timers that fire every minute, each on an instance of its own. */
  minuteTimers: ["tick", "monitor"],
  /** One task, each five minutes of the session: 78 a day. */
  runs: 78 * tradingDaysAMonth,
  /** By people and their programs. */
  httpCalls: 5_000,
  /** From outside, whether the app is alive: every quarter of an hour. */
  availabilityTests: hoursAMonth * 4,
  tableOperations: { tick: 8, monitor: 10, run: 60 },
  /** Billed seconds, by the memory of the instance: a second is the least, a quarter of a core is taken to need twice as long. A run waits for the broker. */
  seconds: {
    0.5: { timer: 2, run: 10, notification: 2, http: 2 },
    2: { timer: 1, run: 5, notification: 1, http: 1 },
  },
  /** Of an execution's logs, traces and spans, in kilobytes. */
  logKilobytes: { timer: 25, run: 80 },
  /** Leases and the like that the host of an instance keeps up, a minute. */
  hostOperationsAMinute: 10,
  tableGigabytes: 1,
} as const;

export type Sizing = { readonly instanceGb: keyof typeof usage.seconds; readonly redundancy: "Lrs" | "Zrs" };
export type CostLine = { readonly part: string; readonly counted: string; readonly usd: number };

/** Dollars for `amount` units of a price. Throws RangeError for a price that is not in the table. */
export function costOf(prices: Prices, name: string, amount: number): number {
  const price = prices[name];
  if (price === undefined) throw new RangeError(`there is no price ${name}`);
  return (Math.max(0, amount - price.free) / price.per) * price.usd;
}

const timerFirings = usage.minuteTimers.length * minutesAMonth;
const httpCalls = usage.httpCalls + usage.availabilityTests;
const executions = timerFirings + 2 * usage.runs + httpCalls;

function gbSecondsOf(instanceGb: Sizing["instanceGb"]): number {
  const { timer, run, notification, http } = usage.seconds[instanceGb];
  return (timerFirings * timer + usage.runs * (run + notification) + httpCalls * http) * instanceGb;
}

const tableOperations = (): number =>
  minutesAMonth * (usage.tableOperations.tick + usage.tableOperations.monitor) + usage.runs * usage.tableOperations.run;

const logGigabytes = (): number =>
  (timerFirings * usage.logKilobytes.timer + usage.runs * usage.logKilobytes.run) / 1_000_000;

/** The parts of one environment, dearest first. */
export function costLines(prices: Prices, { instanceGb, redundancy }: Sizing): readonly CostLine[] {
  const cost = (name: string, amount: number): number => costOf(prices, name, amount);
  const gbSeconds = gbSecondsOf(instanceGb);
  const hostOperations = usage.minuteTimers.length * minutesAMonth * usage.hostOperationsAMinute;
  const lines: CostLine[] = [
    {
      part: "Service Bus, Standard",
      counted: `${hoursAMonth} hours; far fewer than 13 million operations`,
      usd: cost("serviceBusHours", hoursAMonth),
    },
    {
      part: "Functions",
      counted: `${count(executions)} executions, ${count(gbSeconds)} GB-seconds`,
      usd: cost("functionGbSeconds", gbSeconds) + cost("functionExecutions", executions),
    },
    {
      part: "Storage: tables",
      counted: `${count(tableOperations())} operations, ${usage.tableGigabytes} GB`,
      usd:
        cost(`tableOperations${redundancy}`, tableOperations()) +
        cost(`tableGigabytes${redundancy}`, usage.tableGigabytes),
    },
    {
      part: "Storage: the host's blobs",
      counted: `${count(timerFirings)} writes, ${count(hostOperations)} leases`,
      usd: cost(`blobWrites${redundancy}`, timerFirings) + cost("blobOtherOperations", hostOperations),
    },
    {
      part: "Logs and telemetry",
      counted: `${logGigabytes().toFixed(1)} GB, of which 5 are free`,
      usd: cost("logGigabytes", logGigabytes()),
    },
    {
      part: "Alerts",
      counted: `${queryRules.length} queries, ${metricSeries} metrics, of which ${prices.metricAlertSeries?.free} are free`,
      usd:
        queryRules.reduce((sum, rule) => sum + queryRuleCost(prices, rule), 0) +
        cost("metricAlertSeries", metricSeries),
    },
    {
      part: "The availability test",
      counted: `${count(usage.availabilityTests)} tests, one each quarter of an hour from one place`,
      usd: cost("availabilityTests", usage.availabilityTests),
    },
    { part: "Key Vault", counted: "fewer than 10,000 operations", usd: cost("keyVaultOperations", 10_000) },
    {
      part: "Web PubSub, free tier",
      counted: "one unit, where the live feed is on",
      usd: cost("webPubSubFreeUnits", 1),
    },
  ];
  return lines.sort((a, b) => b.usd - a.usd);
}

/** By how often it asks: the prices of five and of fifteen minutes are known. */
const queryRuleCost = (prices: Prices, { everyMinutes }: { readonly everyMinutes: number }): number =>
  costOf(prices, everyMinutes >= 15 ? "logAlertRule15Minutes" : "logAlertRule5Minutes", 1);

export const total = (lines: readonly CostLine[]): number => lines.reduce((sum, { usd }) => sum + usd, 0);

/** What makes it more, each by itself, in dollars a month. */
export function growth(prices: Prices): readonly CostLine[] {
  const cost = (name: string, amount: number): number => costOf(prices, name, amount);
  const dearer = (name: string, amount: number): number =>
    (amount / (prices[name]?.per ?? 1)) * (prices[name]?.usd ?? 0);
  const { run, notification } = usage.seconds[0.5];
  return [
    {
      part: "Instances of 2 GB instead of 0.5",
      counted: `${count(gbSecondsOf(2))} GB-seconds`,
      usd: cost("functionGbSeconds", gbSecondsOf(2)) - cost("functionGbSeconds", gbSecondsOf(0.5)),
    },
    {
      part: "Ten such tasks more",
      counted: `${count(usage.runs * 10)} runs more, on 0.5 GB`,
      usd:
        dearer("functionGbSeconds", usage.runs * 10 * (run + notification) * 0.5) +
        dearer("tableOperationsZrs", usage.runs * 10 * usage.tableOperations.run),
    },
    { part: "A metric alert rule more", counted: "each, once ten are there", usd: dearer("metricAlertSeries", 1) },
    { part: "A log alert rule more, every 15 minutes", counted: "each", usd: cost("logAlertRule15Minutes", 1) },
    { part: "A log alert rule more, every 5 minutes", counted: "each", usd: cost("logAlertRule5Minutes", 1) },
    {
      part: "Ten gigabytes of logs over the free five",
      counted: "such as after a log storm",
      usd: dearer("logGigabytes", 10),
    },
    {
      part: "One instance always ready, 2 GB",
      counted: `${hoursAMonth} hours, and no free grant on it`,
      usd: cost("alwaysReadyGbSeconds", hoursAMonth * 3600 * 2),
    },
    {
      part: "Private networking",
      counted: "three private endpoints and three zones",
      usd: cost("privateEndpointHours", 3 * hoursAMonth) + cost("privateDnsZones", 3),
    },
    {
      part: "A second environment",
      counted: "the whole bill of dev again, without the free grants",
      usd: secondEnvironment(prices),
    },
  ];
}

/** The free grants are the subscription's: a second environment finds them spent. */
function secondEnvironment(prices: Prices): number {
  const spent = Object.fromEntries(Object.entries(prices).map(([name, price]) => [name, { ...price, free: 0 }]));
  return total(costLines(spent, { instanceGb: 0.5, redundancy: "Lrs" }));
}

const count = (amount: number): string => Math.round(amount).toLocaleString("en-US");
