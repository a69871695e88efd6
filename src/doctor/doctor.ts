// The doctor: whether an app with these settings could trade, found out without one running; each line is well or says what to do.
import type { AppPorts } from "../app/app.ts";
import { calendarProbe, type Probe, probesOf, runProbes } from "../app/probes.ts";
import { readAutomationConfig } from "../compose.ts";
import { type Connection, parseSettings, type Settings, secretsOf } from "../config.ts";
import { ConfigError } from "../core/model/errors.ts";
import type { AccountNames } from "../core/model/portfolio.ts";
import type { ProbeFinding, ProbeResult } from "../core/operations/probe.ts";
import { createRedactor } from "../core/operations/redact.ts";

export type Examination = { readonly well: boolean; readonly checks: readonly ProbeResult[] };

/** Patient enough for a service at the other end of the world, and for every try of its client. */
const timeoutMs = 20_000;
const leastNodeMajor = 24;

/**
 * Judges the settings, then asks everything that they lead to; `compose` gives the ports that belong to them. Changes nothing, except that a
 * table that is missing is made. Never throws for what it finds.
 */
export async function examine(
  environment: Readonly<Record<string, string | undefined>>,
  {
    compose,
    nodeVersion,
  }: {
    readonly compose: (settings: Settings, onAccount: (names: AccountNames) => void) => Promise<AppPorts>;
    readonly nodeVersion: string;
  },
): Promise<Examination> {
  const node = nodeFinding(nodeVersion);
  const read = readSettings(environment);
  if (!("settings" in read)) return verdict([node, ...read.faults]);
  const { settings } = read;
  const { redact, learn } = createRedactor(secretsOf(settings));
  const ports = await compose(settings, ({ number = "" }) => learn(number));
  const probes = [...probesOf(ports), calendarProbe(ports), switchesProbe(ports)];
  const asked = await runProbes(probes, { clock: ports.clock, timeoutMs });
  // Failures are told in the words of those who failed.
  return verdict(redact([node, ...findingsOf(settings), ...asked]));
}

const verdict = (checks: readonly ProbeResult[]): Examination => ({ well: checks.every(({ ok }) => ok), checks });

const known = (name: string, finding: ProbeFinding): ProbeResult => ({ name, latencyMs: 0, ...finding });

/** The functions run on the Node.js that package.json names; an older one lacks parts of the language. */
function nodeFinding(version: string): ProbeResult {
  const ok = Number.parseInt(version.replace(/^v/, ""), 10) >= leastNodeMajor;
  const remedy = `Use Node.js ${leastNodeMajor}: npm run starts it.`;
  return known("node", { ok, detail: version, ...(ok ? {} : { remedy }) });
}

type Read = { readonly settings: Settings } | { readonly faults: readonly ProbeResult[] };

/** The settings, or each of their faults by the setting's name. */
function readSettings(environment: Readonly<Record<string, string | undefined>>): Read {
  try {
    const settings = parseSettings(environment);
    readAutomationConfig(settings.automationConfigFile);
    return { settings };
  } catch (failure) {
    if (!(failure instanceof ConfigError)) throw failure;
    const remedy = "Mend it in the app settings; src/environment.ts says what each takes. Nothing else was looked at.";
    const faults = failure.faults.map(({ path, message }) =>
      known(`setting ${path}`, { ok: false, detail: message, remedy }),
    );
    return { faults };
  }
}

/** What the settings say by themselves. */
function findingsOf({ mode, alpaca, tables, serviceBus, channels }: Settings): readonly ProbeResult[] {
  const well = (name: string, detail: string): ProbeResult => known(name, { ok: true, detail });
  return [
    well("settings", "sound"),
    well(
      "mode",
      mode === "live" ? `LIVE, orders go to ${alpaca.tradingOrigin}` : `paper, orders go to ${alpaca.tradingOrigin}`,
    ),
    well(
      "account id",
      alpaca.expectedAccountId === undefined
        ? "any: whichever the keys belong to"
        : "set, and held against what answers",
    ),
    well("identity", `tables ${connectsBy(tables)}, queues ${connectsBy(serviceBus)}`),
    well("notifications", toldBy(channels)),
  ];
}

const toldBy = (channels: Settings["channels"]): string => {
  const named = Object.entries(channels).flatMap(([name, value]) =>
    value === undefined ? [] : name.replace(/Url$/, ""),
  );
  return named.length === 0 ? "logged only: no channel is set, see docs/notifications.md" : `by ${named.join(", ")}`;
};

const connectsBy = ({ kind }: Connection): string =>
  kind === "connectionString"
    ? "by connection string"
    : "as you, signed in by az; the app itself is asked by GET /api/health/ready";

/** A halted or stopped app is sound, and its operator should know. */
const switchesProbe = ({ control }: Pick<AppPorts, "control">): Probe => ({
  name: "switches",
  check: async () => {
    const { automation, tradingState, reason } = (await control.read()).state;
    return { ok: true, detail: `automation ${automation}, trading ${tradingState}: ${reason}` };
  },
});
