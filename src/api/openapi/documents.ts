// The schemas of the documents that are sent whole, by their names; the services judge them by the same ones.
import { z } from "zod";
import { automationConfigSchema } from "../../core/model/automation.ts";
import { sectionSchemas } from "../../core/model/settings.ts";
import { taskSchema } from "../../core/model/task.ts";

/** What a section may hold: which one it is, the path says. */
export const anySection = z.union(Object.values(sectionSchemas));

export const documentSchemas = {
  TaskInput: taskSchema,
  TaskPatch: z.record(z.string(), z.unknown()),
  SettingsInput: anySection,
  ConfigInput: automationConfigSchema,
} as const;

export type DocumentName = keyof typeof documentSchemas;
