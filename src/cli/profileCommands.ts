// `tradewind profile`: the apps one works with, remembered by name; a key is typed unseen, piped in, or stays in a variable.
import type { Command } from "commander";
import type { Commands } from "./command.ts";
import { CommandFailure, wrong } from "./failure.ts";
import { painter, table } from "./output.ts";
import { checkProfileName, type Profile, type Profiles, readProfiles, writeProfiles } from "./profiles.ts";
import { apiOf } from "./target.ts";
import type { World } from "./world.ts";

type SetOptions = {
  readonly url?: string;
  readonly keyEnv?: string;
  readonly keyStdin: boolean;
  /** Where it is known already; never a command line option, which others on the machine could read. */
  readonly key?: string;
  readonly tokenEnv?: string;
  readonly actor?: string;
};

export function addProfiles({ parent, world }: Commands): void {
  const profile = parent.command("profile").description("The apps that one works with, remembered by name.");
  const plainCommand = (name: string, description: string): Command =>
    profile
      .command(name)
      .description(description)
      .option("--json", "print one JSON value", false)
      .allowExcessArguments(false);

  plainCommand("set <name>", "Remember an app, or change what is remembered of it; the first one is used from then on.")
    .option("--url <url>", "where it is, such as https://my-app.azurewebsites.net")
    .option("--key-env <name>", "its function key is in this environment variable")
    .option("--key-stdin", "its function key is piped in, and kept in the file", false)
    .option("--token-env <name>", "a bearer token is in this environment variable, where a sign-in stands in front")
    .option("--actor <name>", "in whose name changes are made")
    .action(async (name: string, options: SetOptions & { readonly json: boolean }) => {
      await setProfile(world, checkProfileName(name), options);
      tell(world, options.json, { profile: name }, `profile ${name} is set\n`);
    });

  plainCommand("list", "Every profile; keys are never shown.").action(({ json }: { readonly json: boolean }) => {
    const { current, profiles } = readProfiles(world.configDir);
    const rows = Object.entries(profiles).map(([name, each]) => ({ name, current: name === current, ...shown(each) }));
    const text = table(
      rows,
      [
        { title: "", value: ({ current: isCurrent }) => (isCurrent ? "*" : "") },
        { title: "name", value: ({ name }) => name },
        { title: "url", value: ({ url }) => url },
        { title: "key", value: ({ key }) => key },
        { title: "actor", value: ({ actor }) => actor ?? "" },
      ],
      painter(world.colours),
      `no profiles; ${world.programName} profile set local --url http://127.0.0.1:7071 makes one`,
    );
    tell(world, json, rows, text);
  });

  plainCommand("use <name>", "Use this profile where none is named.").action(
    (name: string, { json }: { readonly json: boolean }) => {
      useProfile(world, name);
      tell(world, json, { profile: name }, `profile ${name} is used from now on\n`);
    },
  );

  plainCommand("remove <name>", "Forget it, and its key.").action(
    (name: string, { json }: { readonly json: boolean }) => {
      const { current, profiles } = known(world, name);
      const { [name]: _, ...rest } = profiles;
      const stays = current !== undefined && current !== name;
      writeProfiles(world.configDir, { ...(stays ? { current } : {}), profiles: rest });
      tell(world, json, { profile: name }, `profile ${name} is removed\n`);
    },
  );
}

/** Keeps what was set before and is not named; asks for a key only where a person can type it and none is named. */
export async function setProfile(world: World, name: string, options: SetOptions): Promise<void> {
  const { current, profiles } = readProfiles(world.configDir);
  const before: Profile | undefined = Object.hasOwn(profiles, name) ? profiles[name] : undefined;
  const url = options.url ?? before?.url;
  if (url === undefined) throw wrong(`Where is ${name}?`, "Give --url, such as https://my-app.azurewebsites.net.");
  apiOf(url);
  const credentials = (await credentialsOf(world, options)) ?? keptCredentials(before, url);
  const tokenEnv = options.tokenEnv ?? before?.tokenEnv;
  const actor = options.actor ?? before?.actor;
  const next: Profile = {
    url,
    ...credentials,
    ...(tokenEnv === undefined ? {} : { tokenEnv }),
    ...(actor === undefined ? {} : { actor }),
  };
  writeProfiles(world.configDir, { current: current ?? name, profiles: { ...profiles, [name]: next } });
}

type Credentials = { readonly key: string } | { readonly keyEnv: string };

async function credentialsOf(
  world: World,
  { keyEnv, keyStdin, key: given, url }: SetOptions,
): Promise<Credentials | undefined> {
  if (keyEnv !== undefined && keyStdin) throw wrong("Give --key-env or --key-stdin, not both.");
  if (given !== undefined) return { key: given };
  if (keyEnv !== undefined) return { keyEnv };
  if (keyStdin) {
    const key = (await world.input?.())?.trim();
    if (!key) throw wrong("No key is piped in.", "Pipe it in: … | tradewind profile set NAME --url URL --key-stdin");
    return { key };
  }
  if (world.prompts === undefined || url === undefined) return undefined;
  const typed = await world.prompts.secret("Function key (empty: none)");
  if (typed === undefined) throw new CommandFailure(6, "Left: nothing was kept.", [], { code: "NOT_CONFIRMED" });
  return typed.trim() === "" ? undefined : { key: typed.trim() };
}

/** A key that was given for one host is not kept for another. */
function keptCredentials(before: Profile | undefined, url: string): Credentials | undefined {
  if (before === undefined || apiOf(before.url) !== apiOf(url)) return undefined;
  if (before.key !== undefined) return { key: before.key };
  return before.keyEnv === undefined ? undefined : { keyEnv: before.keyEnv };
}

export function useProfile(world: World, name: string): void {
  writeProfiles(world.configDir, { ...known(world, name), current: name });
}

function known({ configDir }: World, name: string): Profiles {
  const found = readProfiles(configDir);
  if (Object.hasOwn(found.profiles, name)) return found;
  throw wrong(
    `There is no profile "${name}".`,
    `The profiles are: ${Object.keys(found.profiles).join(", ") || "none"}.`,
  );
}

const shown = ({ key, keyEnv, ...rest }: Profile) => ({
  ...rest,
  key: keyEnv === undefined ? (key === undefined ? "none" : "kept") : `in ${keyEnv}`,
});

const tell = ({ out }: World, json: boolean, value: unknown, text: string): void =>
  out(json ? `${JSON.stringify(value)}\n` : text);
