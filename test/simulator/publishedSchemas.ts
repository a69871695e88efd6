// Judges an answer by the schema that Alpaca publishes for its route; the files lie beside the project, not in it.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { parse } from "yaml";

const folder = join(import.meta.dirname, "../../../shared/alpaca/openapi");
export const schemasArePresent = existsSync(folder);

type Response = { readonly $ref?: string; readonly content?: Readonly<Record<string, unknown>> };
type Operation = { readonly responses: Readonly<Record<string, Response>> };
type Document = {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly responses: Readonly<Record<string, Response>> };
};

export type Verdict =
  | { readonly kind: "valid" }
  | { readonly kind: "invalid"; readonly errors: readonly string[] }
  /** The file has the route but says nothing about the body under this status. */
  | { readonly kind: "noSchema" }
  | { readonly kind: "noRoute" };

const formats = {
  "date-time": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/,
  date: /^\d{4}-\d\d-\d\d$/,
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  ...Object.fromEntries(
    ["double", "float", "decimal", "int32", "int64", "uint32", "uint64", "uri"].map((name) => [name, true]),
  ),
} as const;

const escaped = (part: string): string => encodeURIComponent(part.replaceAll("~", "~0").replaceAll("/", "~1"));
const jsonPointer = (...parts: readonly string[]): string => parts.map((part) => `/${escaped(part)}`).join("");

/** The file says that the legs of a leg are "always null" and types them as an object: the sentence and its example are believed. */
const corrected = (yaml: string): string =>
  yaml.replace(/(legs:\n\s+description: Always null[^\n]*\n\s+example: null\n\s+type:) object/, "$1 'null'");

/** A judge of answers; `route` is `GET /v2/orders/{order_id}`. */
export function loadPublishedSchemas(): (route: string, status: number, body: unknown) => Verdict {
  const ajv = new Ajv2020({ strict: false, allErrors: true, formats });
  const documents = ["trading", "data"].map((name) => {
    const document = parse(corrected(readFileSync(join(folder, `${name}-openapi.yaml`), "utf8"))) as Document;
    ajv.addSchema(document, name);
    return { name, document };
  });
  return (route, status, body) => {
    const [method = "", path = ""] = route.split(" ");
    const file = documents.find(({ document }) => document.paths[path]?.[method.toLowerCase()] !== undefined);
    if (file === undefined) return { kind: "noRoute" };
    const pointer = schemaPointer(file.document, path, method.toLowerCase(), String(status));
    if (pointer === undefined) return { kind: "noSchema" };
    const validate = ajv.getSchema(`${file.name}#${pointer}`) ?? ajv.compile({ $ref: `${file.name}#${pointer}` });
    if (validate(body)) return { kind: "valid" };
    return {
      kind: "invalid",
      errors: (validate.errors ?? []).map((error) => `${error.instancePath || "/"} ${error.message}`),
    };
  };
}

function schemaPointer(document: Document, path: string, method: string, status: string): string | undefined {
  const response = document.paths[path]?.[method]?.responses[status];
  const shared = response?.$ref?.split("/").at(-1);
  const target = shared === undefined ? response : document.components.responses[shared];
  const base =
    shared === undefined
      ? jsonPointer("paths", path, method, "responses", status)
      : jsonPointer("components", "responses", shared);
  return target?.content?.["application/json"] === undefined
    ? undefined
    : `${base}${jsonPointer("content", "application/json", "schema")}`;
}
