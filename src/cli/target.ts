// Which app a command talks to and with which key: from the options, the environment, or a profile, never a mixture of them.
import { wrong } from "./failure.ts";
import { readProfiles } from "./profiles.ts";
import type { World } from "./world.ts";

export type ConnectionOptions = {
  readonly url?: string;
  readonly keyEnv?: string;
  readonly tokenEnv?: string;
  readonly profile?: string;
};

export type Target = {
  /** Where the API is, with a slash at its end: `https://app.azurewebsites.net/api/`. */
  readonly api: string;
  /** What people know it by: the profile's name, or the address. */
  readonly name: string;
  readonly key: string | undefined;
  readonly token: string | undefined;
  readonly actor: string;
};

type Source = {
  readonly name?: string;
  readonly url: string;
  readonly key?: string | undefined;
  readonly keyEnv?: string | undefined;
  readonly tokenEnv?: string | undefined;
  readonly actor?: string | undefined;
};

/** Throws CommandFailure when no app is named, a variable is empty, or the address may not be talked to. */
export function chooseTarget(options: ConnectionOptions, world: Pick<World, "env" | "configDir" | "userName">): Target {
  const { env } = world;
  const source = chooseSource(options, world);
  const keyEnv = options.keyEnv ?? source.keyEnv;
  const tokenEnv = options.tokenEnv ?? source.tokenEnv;
  const api = apiOf(source.url);
  return {
    api,
    name: source.name ?? api.replace(/\/api\/$/, ""),
    key: keyEnv === undefined ? source.key : variableOf(env, keyEnv),
    token: tokenEnv === undefined ? undefined : variableOf(env, tokenEnv),
    actor: env.TRADEWIND_ACTOR || source.actor || world.userName,
  };
}

function chooseSource(
  { url, profile }: ConnectionOptions,
  { env, configDir }: Pick<World, "env" | "configDir">,
): Source {
  if (url !== undefined && profile !== undefined)
    throw wrong("--url and --profile each name an app: give one of them.");
  const fromEnvironment = {
    ...(env.TRADEWIND_KEY ? { key: env.TRADEWIND_KEY } : {}),
    ...(env.TRADEWIND_TOKEN ? { tokenEnv: "TRADEWIND_TOKEN" } : {}),
  };
  if (url !== undefined) return { url, ...fromEnvironment };
  if (profile === undefined && env.TRADEWIND_URL) return { url: env.TRADEWIND_URL, ...fromEnvironment };
  const { current, profiles } = readProfiles(configDir);
  const name = profile ?? current;
  if (name === undefined) {
    throw wrong(
      "No app to talk to.",
      "Give --url and --key-env, or set TRADEWIND_URL and TRADEWIND_KEY,",
      "or remember it once: tradewind profile set local --url http://127.0.0.1:7071",
    );
  }
  const found = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  if (found !== undefined) return { name, ...found };
  const known = Object.keys(profiles).sort().join(", ") || "none";
  throw wrong(`There is no profile "${name}".`, `The profiles are: ${known}.`);
}

function variableOf(env: World["env"], variable: string): string {
  const value = env[variable];
  if (value) return value;
  throw wrong(`The environment variable ${variable} is not set.`, `Put the key into it: export ${variable}=…`);
}

const loopback = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/**
 * The API's address for what people write: `https://app.azurewebsites.net`, with or without `/api`. Keys travel encrypted or stay on this
 * machine: throws CommandFailure for plain http to another host, and for an address that holds a key.
 */
export function apiOf(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !["http:", "https:"].includes(url.protocol))
    throw wrong(`"${text}" is no address of an app.`, "It looks like https://my-app.azurewebsites.net.");
  if (url.search !== "" || url.username !== "" || url.password !== "" || url.hash !== "") {
    throw wrong(
      "The address holds more than where the app is; a key does not belong in it.",
      `Give ${url.origin}, and the key by --key-env, TRADEWIND_KEY or a profile.`,
    );
  }
  if (url.protocol === "http:" && !loopback.test(url.hostname))
    throw wrong(`${url.origin} would carry the key unencrypted.`, `Use https://${url.host}.`);
  const path = url.pathname.replace(/\/+$/, "");
  return `${url.origin}${path.endsWith("/api") ? path : `${path}/api`}/`;
}
