// /api/settings: the settings by section, and changes that wait for a second person.
import { z } from "zod";
import type { SettingsChange } from "../app/settingsService.ts";
import { type Answer, operation, versionTag } from "./operation.ts";
import { dryRunQuery, given, version } from "./parameters.ts";
import { whoAndWhy } from "./principal.ts";

const sectionPath = z.strictObject({
  section: z.string().regex(/^[a-z_]{1,40}$/, "must be the name of a section, such as risk_limits"),
});

const changed = (change: SettingsChange): Answer => ({
  status: change.outcome === "waiting" ? 202 : 200,
  body: change,
  ...(change.outcome === "wouldChange" ? {} : { etag: String(change.section.version) }),
});

const getSettings = operation({
  name: "getSettings",
  method: "GET",
  route: "settings/{section}",
  access: "read",
  summary: "A section of the settings as it is, or as it was in a version",
  params: sectionPath,
  query: z.strictObject({ version: version.optional() }),
  answers: { 200: { description: "The section.", schema: "Section", etag: true } },
  problems: ["UNKNOWN_SECTION", "VERSION_NOT_FOUND"],
  handle: async ({ settingsService }, { params, query }) => {
    const section = await settingsService.get(params.section, query.version);
    return { body: section, etag: String(section.version) };
  },
});

const putSettings = operation({
  name: "putSettings",
  method: "PUT",
  route: "settings/{section}",
  access: "control",
  summary: "Replace a section of the settings whole",
  description:
    "The body is the section's `value`. What loosens a risk limit on a live account waits for a second person.",
  params: sectionPath,
  query: dryRunQuery,
  ifMatch: versionTag,
  document: "SettingsInput",
  answers: {
    200: { description: "What changed, or would change.", schema: "SettingsChange", etag: true },
    202: { description: "It waits for a second person.", schema: "SettingsChange", etag: true },
  },
  problems: ["UNKNOWN_SECTION", "INVALID_SETTINGS", "VERSION_CONFLICT", "SECOND_PERSON_NEEDED"],
  handle: async ({ settingsService }, { params, query, document, ifMatch, by }) =>
    changed(await settingsService.put(params.section, document, ifMatch, by, given(query))),
});

const listChanges = operation({
  name: "listSettingsChanges",
  method: "GET",
  route: "settings/changes",
  access: "read",
  summary: "Changes of the settings that wait for a second person",
  answers: { 200: { description: "Oldest first.", schema: "PendingChanges" } },
  handle: async ({ settingsService }) => ({ body: { items: await settingsService.pending() } }),
});

const confirmChange = operation({
  name: "confirmSettingsChange",
  method: "POST",
  route: "settings/changes/{id}/confirm",
  access: "control",
  summary: "Confirm another person's change",
  params: z.strictObject({ id: z.string().regex(/^[\w.@~-]{1,80}$/, "is no id of a change") }),
  body: z.strictObject(whoAndWhy),
  answers: { 200: { description: "What changed.", schema: "SettingsChange", etag: true } },
  problems: ["CHANGE_NOT_FOUND", "CHANGE_VOID", "SECOND_PERSON_NEEDED"],
  handle: async ({ settingsService }, { params, by }) => changed(await settingsService.confirm(params.id, by)),
});

export const settingsOperations = [getSettings, putSettings, listChanges, confirmChange];
