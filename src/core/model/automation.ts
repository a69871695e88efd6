// The whole configuration: settings and tasks, as a file holds it and as export and import move it between environments.
import { z } from "zod";
import { automationSchema } from "./settings.ts";
import { taskSchema } from "./task.ts";

export const automationConfigSchema = z
  .strictObject({
    automation: automationSchema,
    tasks: z
      .array(taskSchema)
      .max(10_000)
      .refine((tasks) => new Set(tasks.map((task) => task.id)).size === tasks.length, "two tasks have the same id"),
  })
  .superRefine(({ automation, tasks }, context) => {
    for (const [index, { universe }] of tasks.entries()) {
      if (universe === undefined || Object.hasOwn(automation.universes, universe)) continue;
      context.addIssue({
        code: "custom",
        path: ["tasks", index, "universe"],
        message: `there is no list "${universe}" in automation.universes`,
      });
    }
  });

export type AutomationConfig = Readonly<z.infer<typeof automationConfigSchema>>;
