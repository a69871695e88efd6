// The profiles of apps to connect to: one file that only its owner may read, refused when anybody else can.
import { chmodSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { faultsOf } from "../core/model/parse.ts";
import { wrong } from "./failure.ts";

const variable = z.string().regex(/^[A-Za-z_]\w*$/, "must be the name of an environment variable");
const profileSchema = z.strictObject({
  url: z.string(),
  /** The function key itself, or the environment variable that holds it. */
  key: z.string().min(1).optional(),
  keyEnv: variable.optional(),
  /** The environment variable that holds a bearer token, where a sign-in stands in front of the app. */
  tokenEnv: variable.optional(),
  /** Whose name changes are made in. */
  actor: z.string().min(1).max(100).optional(),
});
const profileName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,39}$/, "must be 1 to 40 letters, digits, dots, hyphens and underscores");
const profilesSchema = z.strictObject({
  current: z.string().optional(),
  profiles: z.record(profileName, profileSchema),
});
export type Profile = Readonly<z.infer<typeof profileSchema>>;
export type Profiles = Readonly<z.infer<typeof profilesSchema>>;

const isPosix = process.platform !== "win32";
const fileOf = (dir: string): string => join(dir, "profiles.json");

export function checkProfileName(name: string): string {
  if (profileName.safeParse(name).success) return name;
  throw wrong(`"${name}" cannot name a profile.`, "Use 1 to 40 letters, digits, dots, hyphens and underscores.");
}

/** None where there is no file. Throws CommandFailure for a file that others can read, or that does not hold profiles. */
export function readProfiles(dir: string): Profiles {
  const file = fileOf(dir);
  if (!isThere(file)) return { profiles: {} };
  refuseOpenToOthers(dir, "700");
  refuseOpenToOthers(file, "600");
  const parsed = profilesSchema.safeParse(parseJson(readFileSync(file, "utf8")));
  if (parsed.success) return parsed.data;
  throw wrong(
    `The profiles in ${file} cannot be read.`,
    ...faultLines(parsed.error),
    "Mend the file, or remove it and set them anew.",
  );
}

/** Replaces the file as a whole, so that nobody ever sees half of it; folder and file are for their owner only. */
export function writeProfiles(dir: string, profiles: Profiles): void {
  const judged = profilesSchema.safeParse(profiles);
  if (!judged.success) throw wrong("This cannot be kept.", ...faultLines(judged.error));
  if (!isThere(dir)) {
    mkdirSync(dir, { recursive: true, mode: 0o700 });
    if (isPosix) chmodSync(dir, 0o700);
  }
  refuseOpenToOthers(dir, "700");
  const half = `${fileOf(dir)}.${process.pid}`;
  try {
    writeFileSync(half, `${JSON.stringify(profiles, null, 2)}\n`, { mode: 0o600, flag: "wx" });
    renameSync(half, fileOf(dir));
  } finally {
    rmSync(half, { force: true });
  }
}

function refuseOpenToOthers(path: string, mode: "600" | "700"): void {
  if (!isPosix) return;
  const { mode: is, uid } = statSync(path);
  if (uid !== process.getuid?.()) {
    throw wrong(`${path} belongs to somebody else.`, "Point TRADEWIND_CONFIG_DIR at a folder of your own.");
  }
  if ((is & 0o077) === 0) return;
  throw wrong(
    `${path} can be read by others (mode ${(is & 0o777).toString(8)}), and it holds keys: it is not used.`,
    `chmod ${mode} ${path}`,
    "If others could read it until now, change the keys in it too.",
  );
}

const faultLines = (error: z.ZodError): readonly string[] =>
  faultsOf(error).map(({ path, message }) => `${path}: ${message}`);

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false }) !== undefined;

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
