// `npm run bicep`: gets the official Bicep compiler through NuGet into a cache outside the checkout, and prints its path.
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";

const packageName = "Azure.Bicep.CommandLine.linux-x64";
const version = "0.49.2";
const cache = join(process.env.XDG_CACHE_HOME ?? join(homedir(), ".cache"), "tradewind", "bicep", version);

/** Where the compiler is once it has been got. */
export const bicepPath = join(cache, "bicep");
/** Where the compiler unpacks itself at its first start. */
export const bicepUnpackFolder = join(cache, "unpacked");
export const howToGetBicep =
  "The Bicep compiler is not here. On Linux with the .NET SDK (https://dotnet.microsoft.com/download) `npm run bicep` gets it; without them the infrastructure tests are skipped.";
/** The exit code that says that this machine cannot have it, as opposed to a failure to get it. */
const notForThisMachine = 3;

/** Restores the package with a project that names nothing else, and keeps the one file that is needed of it. */
function restore(): void {
  const work = mkdtempSync(join(tmpdir(), "tradewind-bicep-"));
  try {
    const project = `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><TargetFramework>netstandard2.0</TargetFramework></PropertyGroup>
  <ItemGroup><PackageDownload Include="${packageName}" Version="[${version}]" /></ItemGroup>
</Project>`;
    writeFileSync(join(work, "get.csproj"), project);
    execFileSync("dotnet", ["restore", "get.csproj", "--packages", join(work, "packages")], {
      cwd: work,
      stdio: ["ignore", "ignore", "inherit"],
    });
    const got = join(work, "packages", packageName.toLowerCase(), version, "tools", "bicep");
    mkdirSync(dirname(bicepPath), { recursive: true });
    // Moved into place whole, so that one who comes at the same time never finds half of it.
    const arriving = `${bicepPath}.${process.pid}`;
    copyFileSync(got, arriving);
    chmodSync(arriving, 0o755);
    renameSync(arriving, bicepPath);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function canRestore(): boolean {
  if (process.platform !== "linux" || process.arch !== "x64") return false;
  try {
    execFileSync("dotnet", ["--version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

if (import.meta.main) {
  if (!existsSync(bicepPath) && !canRestore()) {
    console.error(howToGetBicep);
    process.exitCode = notForThisMachine;
  } else {
    if (!existsSync(bicepPath)) restore();
    console.log(bicepPath);
  }
}
