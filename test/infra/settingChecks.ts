// Holds the template's app settings against the app, the host and the other resources: each check answers its findings, one sentence each.
import { parseSettings } from "../../src/config.ts";
import { ConfigError } from "../../src/core/model/errors.ts";
import { type AppFacts, settingsOfOneMachine } from "./appFacts.ts";
import { hostSettings, settingsRefusedByFlex } from "./azureCatalogue.ts";
import { ofType, type Resource, valueAt } from "./evaluatedTemplate.ts";

type Resources = readonly Resource[];

/** The app settings of the function app, as evaluated; values that only Azure knows are expressions in brackets. */
export function settingsOf(resources: Resources): Readonly<Record<string, string>> {
  const settings = ofType(resources, "Microsoft.Web/sites/config").find(({ name }) => name.endsWith("/appsettings"));
  return (settings && (valueAt(settings, "properties") as Record<string, string>)) ?? {};
}

/** `everything`: the evaluation with each option on, in which no setting of the app may be missing. */
export function settingFindings(resources: Resources, everything: Resources, app: AppFacts): string[] {
  const here = settingsOf(resources);
  const known = new Set([...app.settings, ...hostSettings]);
  const anywhere = new Set(Object.keys(settingsOf(everything)));
  const connections = [...new Set(app.triggers.map(({ connection }) => connection))];
  return [
    ...Object.keys(here)
      .filter((name) => !known.has(name))
      .map((name) => `setting ${name} is in the template, but neither the app nor the host reads it`),
    ...app.settings
      .filter((name) => !anywhere.has(name) && !(name in settingsOfOneMachine))
      .map((name) => `setting ${name} is in src/environment.ts, but the template never sets it`),
    ...Object.keys(settingsOfOneMachine)
      .filter((name) => !app.settings.includes(name) || anywhere.has(name))
      .map((name) => `setting ${name} is listed as one that the template leaves out, and is not one`),
    ...settingsRefusedByFlex
      .filter((name) => name in here)
      .map((name) => `setting ${name} is refused by Flex Consumption`),
    ...connections
      .flatMap((name) => [`${name}__fullyQualifiedNamespace`, `${name}__credential`, `${name}__clientId`])
      .filter((name) => !(name in here))
      .map((name) => `setting ${name} is missing: a trigger connects by it`),
    ...appFaults(here),
  ];
}

/** What the app itself says of these settings; what only Azure knows is filled in. */
function appFaults(settings: Readonly<Record<string, string>>): string[] {
  const filled = Object.entries(settings).map(([name, value]) => [
    name,
    value.startsWith("[") ? filledIn(name) : value,
  ]);
  try {
    // A reference is resolved before the app sees it.
    parseSettings(
      Object.fromEntries(filled.map(([name, value = ""]) => [name, secretOf(value) ? resolved(name) : value])),
    );
    return [];
  } catch (failure) {
    if (!(failure instanceof ConfigError)) throw failure;
    return failure.faults.map(({ path, message }) => `setting ${path} does not suit the app: ${message}`);
  }
}

const filledIn = (name: string): string =>
  name === "APPLICATIONINSIGHTS_CONNECTION_STRING"
    ? "InstrumentationKey=00000000-0000-0000-0000-000000000001"
    : "filled-in";

const resolved = (name = ""): string => {
  if (name === "NOTIFY_SMTP_URL") return "smtps://user:word@mail.example.com:465";
  return name.endsWith("_URL") ? "https://hook.example.com/x" : "a secret of some length";
};
const secretOf = (value: string): string | undefined =>
  /^@Microsoft\.KeyVault\(SecretUri=.*\/secrets\/(.+)\)$/.exec(value)?.[1];

/** The secrets that people must put into the vault. */
export const secretsOf = (resources: Resources): readonly string[] =>
  Object.values(settingsOf(resources)).flatMap((value) => secretOf(value) ?? []);

/** Settings and the app point at the resources of this template, and at nothing else. */
export function wiringFindings(resources: Resources): string[] {
  const settings = settingsOf(resources);
  const one = (type: string): Resource => ofType(resources, type)[0] ?? { id: "none", type, name: "none" };
  const [storage, bus] = [one("Microsoft.Storage/storageAccounts"), one("Microsoft.ServiceBus/namespaces")];
  const identity = one("Microsoft.ManagedIdentity/userAssignedIdentities");
  const site = one("Microsoft.Web/sites");
  const container = one("Microsoft.Storage/storageAccounts/blobServices/containers").name.split("/").at(-1);
  const deployment = "properties.functionAppConfig.deployment.storage";
  const expected: readonly (readonly [string, unknown, string])[] = [
    ["AzureWebJobsStorage__accountName", settings.AzureWebJobsStorage__accountName, storage.name],
    [
      "TablesConnection__endpoint",
      settings.TablesConnection__endpoint,
      `https://${storage.name}.table.core.windows.net`,
    ],
    [
      "ServiceBusConnection__fullyQualifiedNamespace",
      settings.ServiceBusConnection__fullyQualifiedNamespace,
      `${bus.name}.servicebus.windows.net`,
    ],
    [
      "the package's container",
      valueAt(site, `${deployment}.value`),
      `https://${storage.name}.blob.core.windows.net/${container}`,
    ],
    [
      "the package's identity",
      valueAt(site, `${deployment}.authentication.userAssignedIdentityResourceId`),
      identity.id,
    ],
    ["the secrets' identity", valueAt(site, "properties.keyVaultReferenceIdentity"), identity.id],
    ["the app's identity", Object.keys(Object(valueAt(site, "identity.userAssignedIdentities"))).join(), identity.id],
  ];
  const clientIds = Object.entries(settings).filter(([name]) =>
    /clientId$|CLIENT_ID$|AUTHENTICATION_STRING$/.test(name),
  );
  const vault = `https://${one("Microsoft.KeyVault/vaults").name}.vault.azure.net/`;
  return [
    ...expected
      .filter(([, found, wanted]) => String(found).toLowerCase() !== wanted.toLowerCase())
      .map(([what, found, wanted]) => `${what} is ${found}, not ${wanted}`),
    ...clientIds
      .filter(([, value]) => !value.includes(identity.id))
      .map(([name]) => `setting ${name} is of another identity`),
    ...Object.entries(settings)
      .filter(([, value]) => secretOf(value) !== undefined && !value.includes(vault))
      .map(([name]) => `setting ${name} refers to another vault`),
  ];
}
