// Judges requests and answers by the app's own OpenAPI document.
import { Ajv2020 } from "ajv/dist/2020.js";
import { openApiDocument } from "../../src/api/openapi/document.ts";
import { operations } from "../../src/api/operations.ts";
import type { ApiReply } from "./apiClient.ts";

type Media = { readonly schema: object; readonly example?: unknown };
type Content = { readonly content?: Readonly<Record<string, Media>> };
export type DocumentedOperation = {
  readonly operationId: string;
  readonly parameters: readonly {
    readonly name: string;
    readonly in: "path" | "query" | "header";
    readonly required: boolean;
    readonly schema: Readonly<Record<string, unknown>>;
  }[];
  readonly requestBody?: Content & { readonly required: boolean };
  readonly responses: Readonly<Record<string, Content & { readonly headers?: Readonly<Record<string, unknown>> }>>;
};
type Document = { readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>> };

/** Through JSON, as a client gets it. */
export const apiDocument = JSON.parse(JSON.stringify(openApiDocument(operations))) as Document;

export const documentedOperations = Object.entries(apiDocument.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);

const formats = {
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uri: (text: string) => URL.canParse(text),
};
const ajv = new Ajv2020({ strict: false, allErrors: true, formats });
ajv.addSchema(apiDocument, "api");

const escaped = (part: string): string => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
const validators = new Map<string, ReturnType<typeof ajv.compile>>();

function faultsAt(pointer: readonly string[], value: unknown): readonly string[] {
  const ref = `api#${pointer.map((part) => `/${escaped(part)}`).join("")}`;
  const validate = validators.get(ref) ?? ajv.compile({ $ref: ref });
  validators.set(ref, validate);
  return validate(value)
    ? []
    : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** What of a body does not fit the document; nothing where it does. */
export const requestFaults = (path: string, method: string, type: string, body: unknown): readonly string[] =>
  faultsAt(["paths", path, method.toLowerCase(), "requestBody", "content", type, "schema"], body);

/** What of an answer's example does not fit its schema. */
export const exampleFaults = (path: string, method: string, status: string, content: Content["content"] = {}) =>
  Object.entries(content).flatMap(([type, { example }]) =>
    faultsAt(["paths", path, method.toLowerCase(), "responses", status, "content", type, "schema"], example),
  );

/** What of an answer the document does not say: its status, its type, its body, the id of the request. */
export function answerFaults({ operation, status, headers, body }: ApiReply): readonly string[] {
  if (operation === undefined) return ["no operation answered"];
  const path = `/${operation.route}`;
  const method = operation.method.toLowerCase();
  const said = apiDocument.paths[path]?.[method]?.responses[String(status)];
  if (said === undefined) return [`the status ${status} is not in the document`];
  const type = headers["content-type"]?.split(";")[0] ?? "";
  if (said.content?.[type] === undefined) return [`the type ${type} is not in the document`];
  return [
    ...(headers["x-request-id"] === undefined ? ["the header x-request-id is missing"] : []),
    ...faultsAt(["paths", path, method, "responses", String(status), "content", type, "schema"], body),
  ];
}
