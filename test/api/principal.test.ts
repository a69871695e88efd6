// Who is held to have called: proven by Entra, known by the key's name, or claimed; and what can not be pretended.
import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { callerOf } from "../../src/api/principal.ts";
import { ApiProblem } from "../../src/api/problem.ts";
import type { ApiRequest } from "../../src/api/request.ts";
import { parseSettings } from "../../src/config.ts";

const digestOf = (key: string): string => createHash("sha256").update(key).digest("hex");

const { callers: named } = parseSettings({
  ALPACA_KEY_ID: "key",
  ALPACA_SECRET_KEY: "secret",
  ServiceBusConnection: "Endpoint=sb://127.0.0.1",
  TablesConnection: "UseDevelopmentStorage=true",
  TRADEWIND_KEY_NAMES: `ops=${digestOf("ops-key").toUpperCase()}, dashboard=${digestOf("dashboard-key")}`,
});
const behindEasyAuth = { ...named, easyAuth: true };

const request = (
  headers: Readonly<Record<string, string>>,
  query: readonly (readonly [string, string])[] = [],
): ApiRequest => ({
  method: "POST",
  params: {},
  query,
  header: (name) => headers[name] ?? null,
  body: async () => new ArrayBuffer(0),
});
const encoded = (content: unknown): string => Buffer.from(JSON.stringify(content)).toString("base64");
const ann = {
  auth_typ: "aad",
  name_typ: "preferred_username",
  claims: [{ typ: "preferred_username", val: "ann@example.com" }],
};

test.each([
  ["the name that App Service gives", { "x-ms-client-principal-name": "ann@example.com" }],
  ["the claims that App Service gives", { "x-ms-client-principal": encoded(ann) }],
  ["both", { "x-ms-client-principal": encoded(ann), "x-ms-client-principal-name": "ann@example.com" }],
  ["both, beside a named key", { "x-ms-client-principal": encoded(ann), "x-functions-key": "ops-key" }],
])("behind App Service authentication, %s is who calls", (_, headers) => {
  expect(callerOf(request(headers), behindEasyAuth, { actor: "bob" })).toMatchObject({
    principal: { kind: "entra", name: "ann@example.com" },
    claimedActor: "bob",
  });
});

test("without it the same headers count for nothing: anyone can send them", () => {
  const headers = { "x-ms-client-principal": encoded(ann), "x-ms-client-principal-name": "ann@example.com" };
  expect(callerOf(request(headers), named, {}).principal).toEqual({ kind: "claimed", name: "unnamed" });
  expect(callerOf(request({ ...headers, "x-functions-key": "ops-key" }), named, {}).principal).toEqual({
    kind: "key",
    name: "ops",
  });
});

test.each([
  ["claims that cannot be read", { "x-ms-client-principal": "%%%" }],
  ["an empty name", { "x-ms-client-principal-name": " " }],
  [
    "another provider",
    { "x-ms-client-principal": encoded({ ...ann, auth_typ: "github" }), "x-ms-client-principal-name": "ann" },
  ],
  ["another provider by its header", { "x-ms-client-principal-idp": "google", "x-ms-client-principal-name": "ann" }],
  ["claims without a name", { "x-ms-client-principal": encoded({ auth_typ: "aad", claims: [] }) }],
])("%s prove nobody", (_, headers) => {
  expect(callerOf(request(headers), behindEasyAuth, { actor: "ann" }).principal).toEqual({
    kind: "claimed",
    name: "ann",
  });
});

test.each([
  ["in the header", request({ "x-functions-key": "ops-key" })],
  ["in the query", request({}, [["code", "ops-key"]])],
  ["in the query, in capitals", request({}, [["CODE", "ops-key"]])],
  [
    "in the header, with another one in the query",
    request({ "x-functions-key": "ops-key" }, [["code", "dashboard-key"]]),
  ],
])("a named key %s is who calls", (_, given) => {
  expect(callerOf(given, named, {}).principal).toEqual({ kind: "key", name: "ops" });
});

test("a key without a name leaves the claim, and a claim is marked as one", () => {
  const given = request({ "x-functions-key": "some-key" });
  expect(callerOf(given, named, { actor: "ann" }).principal).toEqual({ kind: "claimed", name: "ann" });
});

test("a claim never takes the place of a key's name, and is kept beside it", () => {
  const given = request({ "x-functions-key": "dashboard-key", "x-tradewind-actor": "ann" });
  expect(callerOf(given, named, {})).toMatchObject({
    principal: { kind: "key", name: "dashboard" },
    claimedActor: "ann",
  });
});

test("name and reason come from headers where the body is a document, and the body's own come first", () => {
  const given = request({ "x-tradewind-actor": "ann", "x-tradewind-reason": "Stra%C3%9Fe gesperrt" });
  expect(callerOf(given, named, {})).toEqual({
    principal: { kind: "claimed", name: "ann" },
    reason: "Straße gesperrt",
  });
  expect(callerOf(given, named, { actor: "bob", reason: "other" })).toMatchObject({
    principal: { name: "bob" },
    reason: "other",
  });
});

test("a percent sign that encodes nothing is one", () => {
  expect(callerOf(request({ "x-tradewind-reason": "cut to 50% of it" }), named, {}).reason).toBe("cut to 50% of it");
});

test.each(["%00", "%1B[2J", "x".repeat(501)])("the reason %j in a header is refused", (reason) => {
  expect(() => callerOf(request({ "x-tradewind-reason": reason }), named, {})).toThrow(ApiProblem);
});
