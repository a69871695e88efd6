// The /admin routes: status of the host and its functions, keys, and running a function by hand. They need the master key.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { HostConfig } from "../hostConfig.ts";
import { categories, type Log } from "../hostEvents.ts";
import type { HostedFunction } from "../hostedFunctions.ts";
import type { FunctionRoute } from "./functionRoutes.ts";
import { accessOf, type Keys } from "./keys.ts";
import { answerEmpty, readBody } from "./messages.ts";

export const hostVersion = "4.1037.0.0";

export type Admin = {
  readonly url: string;
  readonly hostId: string;
  readonly uptimeMs: number;
  /** Undefined when host.json cannot be used. */
  readonly config: HostConfig | undefined;
  readonly keys: Keys;
  readonly functions: readonly HostedFunction[];
  readonly routes: readonly FunctionRoute[];
  /** Runs a function with the text that a caller gave. */
  readonly runByHand: (hosted: HostedFunction, input: string) => Promise<void>;
  readonly log: Log;
};

/** Answers a request under /admin; `segments` is the path after it. */
export async function serveAdmin(
  request: IncomingMessage,
  response: ServerResponse,
  options: { readonly segments: readonly string[]; readonly query: URLSearchParams; readonly admin: Admin },
): Promise<void> {
  const { segments, query, admin } = options;
  const path = segments.join("/").toLowerCase();
  const isRead = request.method === "GET";
  if (path === "host/ping" && (isRead || request.method === "POST")) {
    return answerEmpty(response, 200, { "Cache-Control": "no-store,no-cache", Pragma: "no-cache" });
  }
  const header = request.headersDistinct["x-functions-key"]?.join(",");
  const access = accessOf(admin.keys, { header, query });
  if (access === "none") return answerEmpty(response, 401, { "WWW-Authenticate": "Bearer" });
  if (access !== "admin") return answerEmpty(response, 403);
  if (request.method === "POST" && segments.length === 2 && segments[0]?.toLowerCase() === "functions") {
    return await runFunction(request, response, { hosted: find(admin, segments[1]), admin });
  }
  const content = isRead ? read(path, segments, admin) : undefined;
  if (content === undefined) return answerEmpty(response, 404);
  response.writeHead(200, { "Content-Type": "application/json; charset=utf-8" }).end(JSON.stringify(content));
}

const find = ({ functions }: Admin, name: string | undefined): HostedFunction | undefined =>
  functions.find((hosted) => hosted.name.toLowerCase() === name?.toLowerCase());

function read(path: string, segments: readonly string[], admin: Admin): unknown {
  const { config, keys, functions } = admin;
  if (path === "host/status") return status(admin);
  if (path === "host/config")
    return config && { http: { routePrefix: config.routePrefix }, serviceBus: config.serviceBus };
  if (path === "host/keys" || path === "host/functionkeys") return keyList(admin, path, keys.default);
  if (path === "functions") return functions.map((hosted) => describe(hosted, admin));
  if (segments[0]?.toLowerCase() !== "functions" || segments.length > 3) return undefined;
  const hosted = find(admin, segments[1]);
  if (hosted === undefined) return undefined;
  const part = segments[2]?.toLowerCase();
  if (part === undefined) return describe(hosted, admin);
  if (part === "status") return {};
  return part === "keys" ? keyList(admin, path, keys.functions[hosted.name] ?? "") : undefined;
}

const keyList = (admin: Admin, path: string, value: string) => ({
  keys: [{ name: "default", value }],
  links: [{ rel: "self", href: `${admin.url}/admin/${path}` }],
});

const status = ({ hostId, config, uptimeMs }: Admin) => ({
  id: hostId,
  state: config === undefined ? "Error" : "Running",
  version: hostVersion,
  versionDetails: `${hostVersion.replace(/\.0$/, "")}+local`,
  platformVersion: "",
  instanceId: "",
  computerName: "",
  processUptime: Math.round(uptimeMs),
  functionAppContentEditingState: "Unknown",
});

function describe(hosted: HostedFunction, { url, routes }: Admin) {
  const { name, scriptFile, directory, metadata } = hosted;
  const href = `${url}/admin/functions/${name}`;
  const route = routes.find((candidate) => candidate.hosted === hosted);
  return {
    name,
    script_root_path_href: null,
    script_href: `${href}/script`,
    config_href: null,
    test_data_href: `${href}/test_data`,
    href,
    invoke_url_template: route === undefined ? null : `${url}/${route.template.toLowerCase()}`,
    language: "node",
    config: {
      name,
      entryPoint: "",
      scriptFile,
      language: "node",
      functionDirectory: directory,
      bindings: Object.entries(metadata.bindings).map(([bindingName, binding]) => ({ ...binding, name: bindingName })),
    },
    files: null,
    test_data: "",
    isDisabled: false,
    isDirect: false,
    isProxy: false,
  };
}

async function runFunction(
  request: IncomingMessage,
  response: ServerResponse,
  { hosted, admin }: { readonly hosted: HostedFunction | undefined; readonly admin: Admin },
): Promise<void> {
  if (!/^application\/json\b/i.test(request.headers["content-type"] ?? "")) return answerEmpty(response, 415);
  const input = inputOf(await readBody(request));
  if (input === undefined) return answerEmpty(response, 400);
  if (hosted === undefined) return answerEmpty(response, 404);
  answerEmpty(response, 202);
  admin.log("information", categories.host, `Function '${hosted.name}' is run by hand.`);
  await admin.runByHand(hosted, input);
}

/** The text of `{"input": "…"}`, empty when there is none; undefined for a body that is no JSON object. */
function inputOf(body: Buffer | undefined): string | undefined {
  try {
    const content: unknown = JSON.parse(body?.toString() ?? "");
    if (typeof content !== "object" || content === null) return undefined;
    return "input" in content && content.input !== null ? String(content.input) : "";
  } catch {
    return undefined;
  }
}
