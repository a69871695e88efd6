// The OpenAPI 3.1 document, made from the operations and the schemas that judge requests. Loaded only when somebody asks for it.
import { z } from "zod";
import { principalSchema } from "../../core/model/control.ts";
import { instant, tradingDay } from "../../core/model/parse.ts";
import { sectionSchemas } from "../../core/model/settings.ts";
import type { AnswerNote, Operation } from "../operation.ts";
import { type ProblemCode, problemCodes } from "../problemCodes.ts";
import { maxBodyBytes } from "../request.ts";
import { answerSchemas } from "./answers.ts";
import { anySection, documentSchemas } from "./documents.ts";
import { answerExamples, requestExamples } from "./examples.ts";

type Json = Readonly<Record<string, unknown>>;

/** Parts that are the same in what is sent and in what is answered. */
const sharedSchemas = { Instant: instant, TradingDay: tradingDay, Principal: principalSchema } as const;

/** What is sent has names of its own: in what is answered the defaults are filled in. */
const sentSchemas = { ...documentSchemas, ...sections("Input") } as const;

export function openApiDocument(operations: readonly Operation[]): Json {
  const routes = Map.groupBy(operations, ({ route }) => route);
  return {
    openapi: "3.1.0",
    info: { title: "Tradewind", version: "1.0.0", description: about },
    servers: [{ url: "/api" }],
    tags: [...new Set(operations.map(tagOf))].map((name) => ({ name })),
    security: [{ keyHeader: [] }, { keyParameter: [] }],
    paths: Object.fromEntries(
      [...routes].map(([route, those]) => [
        `/${route}`,
        Object.fromEntries(those.map((each) => [each.method.toLowerCase(), describe(each)])),
      ]),
    ),
    components: {
      schemas: {
        ...named({ ...sharedSchemas, ...sentSchemas }, "input"),
        ...named({ ...sharedSchemas, ...sections(""), Settings: anySection, ...answerSchemas }, "output"),
        Problem: problemSchema,
      },
      headers: described(headerNotes),
      securitySchemes: {
        keyHeader: { type: "apiKey", in: "header", name: "x-functions-key" },
        keyParameter: { type: "apiKey", in: "query", name: "code" },
      },
    },
  };
}

const about = [
  "Every operation but `health` and `healthLive` needs a function key; reads and changes are different functions with different keys.",
  "What answers GET answers HEAD too; OPTIONS names the methods of a path; another one is 405. Both need the key of the path's first operation.",
  "Errors are RFC 9457 problems with a stable `code`. Every answer has an `x-request-id`: the caller's own where it is a plain token.",
  "Who changes something is whom Entra or the name of the function key proves; else whom the request claims to be.",
].join("\n\n");

const tagOf = ({ route }: Operation): string => route.split(/[/.]/)[0] ?? route;

function describe(operation: Operation): Json {
  const { name, summary, description, access } = operation;
  const needs = { anonymous: "which needs no key", read: "which reads only", control: "which changes things" };
  const key = `Function \`${name}\`, ${needs[access]}.`;
  return {
    operationId: name,
    tags: [tagOf(operation)],
    summary,
    description: [description, key].filter(Boolean).join("\n\n"),
    ...(access === "anonymous" ? { security: [] } : {}),
    parameters: parametersOf(operation),
    ...requestBody(operation),
    responses: responsesOf(operation),
  };
}

/** Each section's schema by its name in the document, `RiskLimits`. */
function sections(suffix: string): Readonly<Record<string, z.ZodType>> {
  const pascal = (name: string): string => name.replace(/(?:^|_)([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(sectionSchemas).map(([name, schema]) => [pascal(name) + suffix, schema]));
}

const toJson = (schema: z.ZodType, io: "input" | "output"): Json => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any", override });
  return rest;
};

/** Instants and days are text that is read into a type of its own. */
const override: NonNullable<z.core.ToJSONSchemaParams["override"]> = ({ zodSchema, jsonSchema }) => {
  if (zodSchema === (instant as unknown)) Object.assign(jsonSchema, { type: "string", format: "date-time" });
  if (zodSchema === (tradingDay as unknown)) Object.assign(jsonSchema, { type: "string", format: "date" });
};

function named(schemas: Readonly<Record<string, z.ZodType>>, io: "input" | "output"): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(schemas)) registry.add(schema, { id });
  const uri = (id: string): string => `#/components/schemas/${id}`;
  const made = z.toJSONSchema(registry, { uri, io, unrepresentable: "any", override }).schemas;
  return Object.fromEntries(Object.entries(made).map(([id, { $schema, $id, ...rest }]) => [id, rest]));
}

function parametersOf({ access, params, query, ifMatch }: Operation): readonly Json[] {
  const inPath = fieldsOf(params).map(([name, schema]) => ({ name, in: "path", required: true, schema }));
  const inQuery = fieldsOf(query).map(([name, schema, required]) => ({ name, in: "query", required, schema }));
  const tag = ifMatch && { name: "If-Match", in: "header", required: true, schema: toJson(ifMatch, "input") };
  const text = (name: string, maxLength: number, description: string): Json => ({
    name,
    in: "header",
    required: false,
    description,
    schema: { type: "string", maxLength },
  });
  const who = [
    text("x-tradewind-actor", 100, "Who changes it, where neither Entra nor the key says so. Percent-encoded."),
    text("x-tradewind-reason", 500, "Why. Percent-encoded. A body's own `reason` comes first."),
  ];
  const id = text("x-request-id", 64, "An id of the caller's own for this request.");
  return [...inPath, ...inQuery, ...(tag ? [tag] : []), ...(access === "control" ? who : []), id];
}

function fieldsOf(schema: z.ZodType | undefined): readonly (readonly [string, Json, boolean])[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = toJson(schema, "input") as {
    readonly properties?: Readonly<Record<string, Json>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).map(([name, field]) => [name, field, required.includes(name)]);
}

function requestBody({ name, body, document, bodyType, maxBodyBytes: most = maxBodyBytes }: Operation): Json {
  if (body === undefined && document === undefined) return {};
  const content = {
    schema: body === undefined ? { $ref: `#/components/schemas/${document}` } : toJson(body, "input"),
    example: requestExamples[name],
  };
  const types = ["application/json", ...(bodyType === undefined ? [] : [bodyType])];
  return {
    requestBody: {
      required: document !== undefined,
      description: `At most ${most} bytes.`,
      content: Object.fromEntries(types.map((type) => [type, content])),
    },
  };
}

const headerNotes = {
  "x-request-id": "The id of this request in the logs.",
  ETag: "What If-Match wants.",
  Location: "Where to find it.",
  "Retry-After": "Seconds, where trying again may help.",
} as const;
const described = (notes: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(
    Object.entries(notes).map(([name, description]) => [name, { description, schema: { type: "string" } }]),
  );
const headers = (...names: readonly (keyof typeof headerNotes)[]): Json =>
  Object.fromEntries(["x-request-id", ...names].map((name) => [name, { $ref: `#/components/headers/${name}` }]));

function responsesOf(operation: Operation): Json {
  const answers = Object.entries(operation.answers).map(([status, note]) => [status, answerOf(Number(status), note)]);
  const byStatus = Map.groupBy(problemsOf(operation), (code) => problemCodes[code].status);
  const problems = [...byStatus].map(([status, codes]) => [status, problemResponse(status, codes)] as const);
  const unauthorized = {
    description: "The key is missing or opens another function. The Functions host's own answer.",
  };
  return {
    ...Object.fromEntries(answers),
    ...(operation.access === "anonymous" ? {} : { "401": unauthorized }),
    ...Object.fromEntries(
      problems.map(([status, problem]) => [status, withAnswer(operation, Number(status), problem)]),
    ),
  };
}

function answerOf(status: number, { description, schema, etag }: AnswerNote): Json & { readonly content: Json } {
  return {
    description,
    headers: headers(
      ...(etag ? ["ETag" as const] : []),
      ...(status === 201 || status === 202 ? ["Location" as const] : []),
    ),
    content: {
      "application/json": {
        schema: { $ref: `#/components/schemas/${schema}` },
        example: answerExamples[schema],
      },
    },
  };
}

/** A status that an operation answers with by itself may be a problem too: the content type tells them apart. */
function withAnswer({ answers }: Operation, status: number, problem: Problem): Json {
  const note = status === 503 ? answers[503] : undefined;
  if (note === undefined) return problem;
  const { content } = answerOf(status, note);
  return {
    ...problem,
    description: `${note.description} ${problem.description}`,
    content: { ...content, ...problem.content },
  };
}

type Problem = Json & { readonly description: string; readonly content: Json };

function problemResponse(status: number, codes: readonly ProblemCode[]): Problem {
  const schema = {
    allOf: [{ $ref: "#/components/schemas/Problem" }, { properties: { code: { enum: codes } } }],
  };
  return {
    description: codes.map((code) => `\`${code}\`: ${problemCodes[code].title}.`).join(" "),
    headers: headers(...(status === 503 ? ["Retry-After" as const] : [])),
    content: { "application/problem+json": { schema } },
  };
}

/** What an operation may answer beside success: its own codes, and those that follow from what it takes. */
export function problemsOf(operation: Operation): readonly ProblemCode[] {
  const { problems = [], body, document, ifMatch } = operation;
  const ofBody: readonly ProblemCode[] = ["BAD_BODY", "BODY_TOO_LARGE", "UNSUPPORTED_CONTENT_TYPE"];
  return [
    ...problems,
    "BAD_PARAMETER",
    ...(body !== undefined || document !== undefined ? ofBody : []),
    ...(document === undefined ? [] : ["PAYLOAD_TOO_LARGE" as const]),
    ...(ifMatch === undefined ? [] : ["IF_MATCH_REQUIRED" as const]),
    ...(operation.access === "control" ? ["QUEUE_UNAVAILABLE" as const] : []),
    "STORE_UNAVAILABLE",
    "MISCONFIGURED",
    "UNREADABLE_ROW",
    "INTERNAL",
  ];
}

const problemSchema: Json = {
  type: "object",
  additionalProperties: false,
  required: ["type", "title", "status", "code", "detail", "requestId"],
  properties: {
    type: { type: "string", format: "uri" },
    title: { type: "string" },
    status: { type: "integer" },
    code: { enum: Object.keys(problemCodes) },
    detail: { type: "string" },
    requestId: { type: "string" },
    faults: {
      type: "array",
      items: {
        type: "object",
        additionalProperties: false,
        required: ["path", "message"],
        properties: { path: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};
