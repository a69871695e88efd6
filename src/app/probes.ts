// The probes: each asks one thing that the app depends on, changes nothing, and says what it found; shared by readiness, preflight and doctor.
import { isCoded } from "../core/model/errors.ts";
import { maskedAccount, type ProbeFinding, type ProbeResult } from "../core/operations/probe.ts";
import { calendarWarning, describeDifference } from "../core/schedule/calendarCheck.ts";
import { tradingDayOf } from "../core/schedule/tradingCalendar.ts";
import type { Broker } from "../ports/broker.ts";
import type { Clock } from "../ports/clock.ts";
import type { MarketData } from "../ports/marketData.ts";
import type { QueueName, QueueWatch } from "../ports/queues.ts";
import type { ExecutionRepository, SlotLedger, Stores } from "../ports/stores.ts";
import { readSettings } from "./automationSettings.ts";
import { compareAhead } from "./calendarKeeper.ts";
import { measureSkewMs } from "./clockSkew.ts";

export type ProbePorts = Pick<Stores, "settings" | "status" | "barCache" | "notificationBook"> & {
  readonly slots: Pick<SlotLedger, "get">;
  readonly executions: Pick<ExecutionRepository, "get">;
  readonly broker: Pick<Broker, "account" | "now">;
  readonly marketData: MarketData;
  readonly queueWatch: QueueWatch;
  readonly mode: "paper" | "live";
  readonly clock: Clock;
};

export type Probe = { readonly name: string; readonly check: () => Promise<ProbeFinding> };

/** Real milliseconds that one probe may take. */
export const probeTimeoutMs = 3000;
/** A symbol that every feed knows; one that a feed does not know is an answer too. */
const wellKnownSymbol = "SPY";
/** Where the limits cannot be read. */
const defaultSkewSeconds = 30;

export function probesOf(ports: ProbePorts): readonly Probe[] {
  const {
    settings,
    status,
    slots,
    executions,
    barCache,
    notificationBook,
    broker,
    marketData,
    queueWatch,
    mode,
    clock,
  } = ports;
  const well = (detail: string): ProbeFinding => ({ ok: true, detail });
  const queue = (name: QueueName): Probe => ({
    name: `queue.${name}`,
    check: async () => well(`can be sent to; ${countedDead((await queueWatch.look(name)).deadLetters)}`),
  });
  return [
    { name: "table.book", check: async () => well(`settings ${(await status.read()).settings.hash.slice(0, 12)}`) },
    { name: "table.slots", check: async () => well(absent(await slots.get("probe", clock.now()))) },
    { name: "table.executions", check: async () => well(absent(await executions.get("probe"))) },
    {
      name: "table.bars",
      check: async () => {
        const key = { feed: "probe", adjustment: "probe", timeframe: "1Day", day: "probe" } as const;
        return well(absent((await barCache.read(key, ["PROBE"]))[0]));
      },
    },
    {
      name: "table.notifications",
      check: async () => {
        const { desk } = await notificationBook.desk();
        // To take away what is not there changes nothing, and is refused to whoever may only read.
        await notificationBook.unpark({ id: "probe" });
        return well(`can be read and written; ${desk.troubles.length} troubles stand`);
      },
    },
    queue("runs"),
    queue("notifications"),
    {
      name: "broker.account",
      check: async () => {
        const { accountId, blocked } = await broker.account();
        const who = `${mode} account ${maskedAccount(accountId)}`;
        return blocked === undefined
          ? well(who)
          : {
              ok: true,
              detail: `${who}, blocked: ${blocked}`,
              remedy: "Ask the broker why: nothing trades until then.",
            };
      },
    },
    {
      name: "broker.clock",
      check: async () => {
        const [skewMs, limitSeconds] = await Promise.all([measureSkewMs(broker, clock), skewLimit(settings)]);
        const detail = `${Math.abs(skewMs)} ms ${skewMs < 0 ? "behind" : "ahead"}, limit ${limitSeconds} s`;
        return Math.abs(skewMs) <= limitSeconds * 1000
          ? well(detail)
          : { ok: false, detail, remedy: "Set this machine's clock, or wait until the broker's is right again." };
      },
    },
    {
      name: "data.feed",
      check: async () => {
        const found = await marketData.latestPrices([wellKnownSymbol]);
        return well(`${marketData.feed}: ${found.has(wellKnownSymbol) ? "prices" : "answers"}`);
      },
    },
  ];
}

/** The built-in calendar against the broker's, two weeks ahead. */
export const calendarProbe = ({
  broker,
  clock,
}: {
  readonly broker: Pick<Broker, "sessions">;
  readonly clock: Clock;
}): Probe => ({
  name: "calendar",
  check: async () => {
    const warning = calendarWarning(tradingDayOf(clock.now()));
    const { differences, through } = await compareAhead(broker, clock.now());
    const told = [...differences.map(describeDifference), ...(warning === undefined ? [] : [warning])];
    return told.length === 0
      ? { ok: true, detail: `as the broker's until ${through}` }
      : { ok: false, detail: told.join("; "), remedy: "Trading keeps to the stricter of the two; update the app." };
  },
});

/** All side by side, each within its time-out: one that fails or hangs hides no other. Never throws. */
export const runProbes = (
  probes: readonly Probe[],
  { clock, timeoutMs = probeTimeoutMs }: { readonly clock: Clock; readonly timeoutMs?: number },
): Promise<readonly ProbeResult[]> =>
  Promise.all(
    probes.map(async ({ name, check }) => {
      const startedMs = clock.realMs();
      const finding = await within(timeoutMs, check).catch(findingOf);
      return { name, ...finding, latencyMs: Math.max(0, Math.round(clock.realMs() - startedMs)) };
    }),
  );

async function within(ms: number, check: () => Promise<ProbeFinding>): Promise<ProbeFinding> {
  const { promise, resolve } = Promise.withResolvers<ProbeFinding>();
  // What hangs goes on unseen: nothing waits for it.
  const timer = setTimeout(() => {
    resolve({ ok: false, detail: `no answer within ${ms} ms`, remedy: "Look whether the service is up and near." });
  }, ms);
  try {
    return await Promise.race([check(), promise]);
  } finally {
    clearTimeout(timer);
  }
}

const remedies: Readonly<Record<string, string>> = {
  STORE_UNAVAILABLE:
    "401 or 403: give the identity Storage Table Data Contributor, and wait some minutes. Else: look at the storage account.",
  QUEUE_UNAVAILABLE:
    "Unauthorized: give the identity Azure Service Bus Data Sender and Receiver. Else: look at the namespace.",
  BROKER_UNAUTHORIZED:
    "Look at ALPACA_KEY_ID and ALPACA_SECRET_KEY, at the account that they belong to, and whether its plan pays for ALPACA_DATA_FEED.",
  WRONG_ACCOUNT: "Look at ALPACA_ACCOUNT_ID and at the account that the keys belong to.",
  BROKER_UNAVAILABLE: "Wait, and look at the broker's status page. Orders in doubt are followed by the monitor.",
  UNREADABLE_ROW:
    "Restore the row that it names, or update the app if a newer one wrote it. Empty tables are seeded by the app's first start.",
};

/** What is not ours says only its name: its words may hold what nobody should read. */
export function describeFailure(failure: unknown): string {
  if (!isCoded(failure)) return failure instanceof Error ? failure.name : "failed";
  return `${failure.code}: ${failure.message}`.slice(0, 300);
}

function findingOf(failure: unknown): ProbeFinding {
  const remedy = isCoded(failure) ? remedies[failure.code] : undefined;
  return { ok: false, detail: describeFailure(failure), ...(remedy === undefined ? {} : { remedy }) };
}

const skewLimit = async (settings: ProbePorts["settings"]): Promise<number> => {
  try {
    return (await readSettings(settings)).limits.maxClockSkewSeconds;
  } catch {
    return defaultSkewSeconds;
  }
};

const absent = (row: unknown): string => (row === undefined ? "can be read" : "can be read; holds a row of a probe");

const countedDead = (count: number): string =>
  count === 0 ? "no dead letters" : `${count} dead ${count === 1 ? "letter" : "letters"}`;
