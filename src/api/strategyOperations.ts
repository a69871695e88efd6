// /api/strategies: what a task can trade by, with the parameters that each strategy takes.
import { z } from "zod";
import type { Strategy } from "../core/strategies/strategy.ts";
import { operation } from "./operation.ts";
import { ApiProblem } from "./problem.ts";

const strategyPath = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9]{1,32}$/, "must be the name of a strategy, such as movingAverageCross"),
});

/** Loaded with the app, which has it already: indexing does not need it. */
const registry = () => import("../core/strategies/registry.ts");

/** What is told of a strategy. `needs` are those of its example, which holds the defaults. */
function descriptionOf(strategy: Strategy) {
  const { name, title, doc } = strategy;
  const [params, example] = [strategy.paramsSchema(), strategy.example()];
  const required = Array.isArray(params.required) ? params.required : [];
  const defaults = Object.fromEntries(Object.entries(example).filter(([parameter]) => !required.includes(parameter)));
  return { name, title, doc, params, defaults, example, needs: strategy.needs(example) };
}

const listStrategies = operation({
  name: "listStrategies",
  method: "GET",
  route: "strategies",
  access: "read",
  summary: "The strategies that a task can name",
  answers: { 200: { description: "All of them, by name.", schema: "Strategies" } },
  handle: async () => ({ body: { items: (await registry()).strategies.map(descriptionOf) } }),
});

const getStrategy = operation({
  name: "getStrategy",
  method: "GET",
  route: "strategies/{name}",
  access: "read",
  summary: "What a strategy does, which parameters it takes and which data it needs",
  description:
    "`params` is a JSON Schema. What binds several parameters together it does not say; a task that breaks such a rule is refused with the parameter's path.",
  params: strategyPath,
  answers: { 200: { description: "The strategy.", schema: "Strategy" } },
  problems: ["STRATEGY_NOT_FOUND"],
  handle: async (_, { params: { name } }) => {
    const strategy = (await registry()).findStrategy(name);
    if (strategy === undefined) throw new ApiProblem("STRATEGY_NOT_FOUND", `There is no strategy "${name}".`);
    return { body: descriptionOf(strategy) };
  },
});

export const strategyOperations = [listStrategies, getStrategy];
