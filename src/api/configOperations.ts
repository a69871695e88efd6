// /api/config: the whole configuration, tasks and settings, moved between environments.
import { z } from "zod";
import { operation } from "./operation.ts";

/** Ten thousand tasks of some 600 bytes, and room for lists of symbols. */
const maxConfigBytes = 8 * 1024 * 1024;

const digestTag = z
  .string()
  .regex(/^(?:W\/)?"[!#-~]*"$/, "must be the digest of GET /api/config or POST /api/config/diff, in quotes")
  .transform((tag) => tag.slice(1, -1));

const exportConfig = operation({
  name: "exportConfig",
  method: "GET",
  route: "config",
  access: "read",
  summary: "The whole configuration, as a file for another environment holds it",
  answers: { 200: { description: "The configuration with its digest.", schema: "ExportedConfig", etag: true } },
  handle: async ({ configService }) => {
    const exported = await configService.export();
    return { body: exported, etag: exported.digest };
  },
});

const diffConfig = operation({
  name: "diffConfig",
  method: "POST",
  route: "config/diff",
  access: "read",
  summary: "What importing a configuration would change",
  document: "ConfigInput",
  maxBodyBytes: maxConfigBytes,
  answers: { 200: { description: "The differences, and the digest to import with.", schema: "ConfigDifferences" } },
  problems: ["INVALID_CONFIG"],
  handle: async ({ configService }, { document }) => ({ body: await configService.diff(document) }),
});

const importConfig = operation({
  name: "importConfig",
  method: "POST",
  route: "config/import",
  access: "control",
  summary: "Take over a configuration, all of it or nothing",
  description: "If-Match is the digest of the state that the differences were shown for.",
  ifMatch: digestTag,
  document: "ConfigInput",
  maxBodyBytes: maxConfigBytes,
  answers: { 200: { description: "What changed.", schema: "ImportedConfig" } },
  problems: ["INVALID_CONFIG", "CONFIG_CHANGED", "SECOND_PERSON_NEEDED"],
  handle: async ({ configService }, { document, ifMatch, by }) => ({
    body: await configService.import(document, ifMatch, by),
  }),
});

export const configOperations = [exportConfig, diffConfig, importConfig];
