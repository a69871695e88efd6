// Watchlists over the wire: made, found by id and by name, changed and deleted.
import { describe, expect, test } from "vitest";
import { type Json, openClient } from "./exampleClient.ts";
import { shapeOf } from "./shapeOf.ts";

const lists = "/v2/watchlists";
const byName = (name: string) => `${lists}:by_name?name=${encodeURIComponent(name)}`;
const symbolsIn = (body: unknown) => ((body as Json).assets as Json[]).map(({ symbol }) => symbol);

function withList() {
  const client = openClient();
  const { body } = client.send("POST", lists, { name: "My list", symbols: ["MSFT"] });
  return { ...client, path: `${lists}/${(body as Json).id}`, body: body as Json };
}

test("a list is answered with its assets, and listed without them", () => {
  const { body, list, get, path } = withList();
  const { assets, ...head } = body;
  const times = { created_at: "nanoseconds UTC", updated_at: "nanoseconds UTC" };
  expect(shapeOf(head)).toEqual({ id: "uuid", account_id: "uuid", ...times, name: "My list" });
  expect(assets).toEqual([get("/v2/assets/MSFT")]);
  expect(list(lists)).toEqual([head]);
  expect(get(path)).toEqual(body);
  expect(get(byName("My list"))).toEqual(body);
});

describe.each([
  ["id", (path: string) => path],
  ["name", () => byName("My list")],
])("a list found by its %s", (_, at) => {
  test("takes another symbol at its end", () => {
    const { send, get, path, wait } = withList();
    wait(1000);
    const { status, body } = send("POST", at(path), { symbol: "AAPL" });
    expect([status, symbolsIn(body)]).toEqual([200, ["MSFT", "AAPL"]]);
    expect(get(path)).toEqual(body);
    expect(String((body as Json).updated_at) > String((body as Json).created_at)).toBe(true);
  });

  test("gets other symbols, or another name, and keeps the rest", () => {
    const { send, path } = withList();
    expect(symbolsIn(send("PUT", at(path), { symbols: ["AAPL"] }).body)).toEqual(["AAPL"]);
    expect(send("PUT", at(path), { name: "My list" }).status).toBe(200);
    const { body } = send("PUT", at(path), { name: "Other" });
    expect([symbolsIn(body), (body as Json).name]).toEqual([["AAPL"], "Other"]);
  });

  test("is deleted, and is not there afterwards", () => {
    const { send, list, path } = withList();
    expect(send("DELETE", at(path))).toEqual({ status: 204 });
    expect(list(lists)).toEqual([]);
    const missing = { status: 404, body: { code: 40410000, message: "watchlist not found" } };
    for (const method of ["GET", "DELETE"]) expect(send(method, at(path))).toEqual(missing);
  });
});

test("a symbol is taken out once", () => {
  const { send, path } = withList();
  expect(symbolsIn(send("DELETE", `${path}/MSFT`).body)).toEqual([]);
  expect(send("DELETE", `${path}/MSFT`)).toMatchObject({ status: 404 });
});

test("an id never comes again, even after its list is deleted", () => {
  const { send, path, body } = withList();
  send("DELETE", path);
  const next = send("POST", lists, { name: "My list" }).body as Json;
  expect(next.id).not.toBe(body.id);
});

test.each([
  ["POST", {}, "watchlist name is required"],
  ["POST", { name: "" }, "watchlist name is required"],
  ["POST", { name: "x".repeat(65) }, "watchlist name must be no more than 64 characters"],
  ["POST", { name: "My list" }, "watchlist name must be unique"],
  ["POST", { name: "New", symbols: ["NOPE"] }, "asset not found for NOPE"],
  ["POST", { name: "New", symbols: "AAPL" }, "symbols must be a list"],
  ["POST", { name: "New", symbols: ["AAPL", "AAPL"] }, "duplicate symbol: AAPL"],
  ["PUT", {}, "name or symbols is required"],
  ["PUT", { symbols: [null] }, "asset not found for null"],
])("%s with %o is refused and changes nothing", (method, body, message) => {
  const { send, list, get, path, body: before } = withList();
  const reply = send(method, method === "POST" ? lists : path, body);
  expect(reply).toEqual({ status: 422, body: { code: 40010001, message } });
  expect(list(lists)).toHaveLength(1);
  expect(get(path)).toEqual(before);
});
