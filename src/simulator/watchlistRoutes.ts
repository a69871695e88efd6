// The trading host's routes for watchlists: named lists of symbols, found by id or by name.
import { assetJson } from "./assetRoutes.ts";
import type { Watchlist, Watchlists } from "./exchangeState.ts";
import { readObject } from "./orderRequest.ts";
import { refuse } from "./queryParameters.ts";
import { uuidOf } from "./random.ts";
import { stamp, symbolOf } from "./wireShapes.ts";
import { type Answer, BadRequest, type Call, notFound, ok, type Route } from "./wireTypes.ts";

export const watchlistRoutes: readonly Route[] = [
  {
    method: "GET",
    path: "/v2/watchlists",
    serve: (call) => ok(call.state.watchlists.lists.map((each) => headJson(call, each))),
  },
  { method: "POST", path: "/v2/watchlists", serve: create },
  ...routesAt("/v2/watchlists/{watchlist_id}", ({ params }, { id }) => id === params.watchlist_id),
  ...routesAt("/v2/watchlists:by_name", ({ query }, { name }) => name === query.get("name")),
  {
    method: "DELETE",
    path: "/v2/watchlists/{watchlist_id}/{symbol}",
    serve: (call) => {
      const list = found(call, ({ id }) => id === call.params.watchlist_id);
      const symbol = symbolOf(call.tape, call.params.symbol ?? "");
      if (!list.symbols.includes(symbol)) return notFound(`symbol ${symbol} is not in the watchlist`);
      return answerWith(call, { ...list, symbols: list.symbols.filter((each) => each !== symbol) });
    },
  },
];

function routesAt(path: string, isWanted: (call: Call, list: Watchlist) => boolean): readonly Route[] {
  const wanted = (call: Call): Watchlist => found(call, (list) => isWanted(call, list));
  return [
    { method: "GET", path, serve: (call) => ok(watchlistJson(call, wanted(call))) },
    { method: "PUT", path, serve: (call) => update(call, wanted(call)) },
    { method: "POST", path, serve: (call) => append(call, wanted(call)) },
    {
      method: "DELETE",
      path,
      serve: (call) => {
        const { id } = wanted(call);
        const { made, lists } = call.state.watchlists;
        return { status: 204, stepped: change(call, { made, lists: lists.filter((each) => each.id !== id) }) };
      },
    },
  ];
}

function found({ state }: Call, isWanted: (list: Watchlist) => boolean): Watchlist {
  const list = state.watchlists.lists.find(isWanted);
  if (list === undefined) throw new BadRequest(notFound("watchlist not found"));
  return list;
}

function create(call: Call): Answer {
  const { state, body } = call;
  const fields = readObject(body);
  const made = state.watchlists.made + 1;
  const id = uuidOf(`${state.seed}|watchlist|${made}`);
  const name = readName(call, fields.name, undefined);
  const symbols = fields.symbols == null ? [] : readSymbols(call, fields.symbols);
  const list = { id, name, symbols, createdAtMs: state.nowMs, updatedAtMs: state.nowMs };
  const stepped = change(call, { made, lists: [...state.watchlists.lists, list] });
  return { ...ok(watchlistJson(call, list)), stepped };
}

function update(call: Call, list: Watchlist): Answer {
  const { name, symbols } = readObject(call.body);
  if (name == null && symbols == null) refuse("trading", "name or symbols is required");
  return answerWith(call, {
    ...list,
    name: name == null ? list.name : readName(call, name, list.id),
    symbols: symbols == null ? list.symbols : readSymbols(call, symbols),
  });
}

function append(call: Call, list: Watchlist): Answer {
  const { symbol } = readObject(call.body);
  return answerWith(call, { ...list, symbols: readSymbols(call, [...list.symbols, symbol]) });
}

function answerWith(call: Call, changed: Watchlist): Answer {
  const { made, lists } = call.state.watchlists;
  const list = { ...changed, updatedAtMs: call.state.nowMs };
  const stepped = change(call, { made, lists: lists.map((each) => (each.id === list.id ? list : each)) });
  return { ...ok(watchlistJson(call, list)), stepped };
}

const change = ({ state, step }: Call, watchlists: Watchlists) =>
  step(state, { type: "changeWatchlists", atMs: state.nowMs, watchlists });

function readName({ state }: Call, name: unknown, ownId: string | undefined): string {
  if (typeof name !== "string" || name === "") return refuse("trading", "watchlist name is required");
  if (name.length > 64) refuse("trading", "watchlist name must be no more than 64 characters");
  const taken = state.watchlists.lists.some((each) => each.name === name && each.id !== ownId);
  return taken ? refuse("trading", "watchlist name must be unique") : name;
}

function readSymbols({ tape }: Call, given: unknown): readonly string[] {
  if (!Array.isArray(given)) return refuse("trading", "symbols must be a list");
  const symbols = given.map((each) => {
    const symbol = typeof each === "string" ? symbolOf(tape, each) : "";
    return tape.asset(symbol) === undefined ? refuse("trading", `asset not found for ${String(each)}`) : symbol;
  });
  const double = symbols.find((symbol, index) => symbols.indexOf(symbol) < index);
  return double === undefined ? symbols : refuse("trading", `duplicate symbol: ${double}`);
}

const headJson = ({ state }: Call, { id, name, createdAtMs, updatedAtMs }: Watchlist) => ({
  id,
  account_id: state.account.id,
  created_at: stamp(createdAtMs, 0),
  updated_at: stamp(updatedAtMs, 0),
  name,
});

const watchlistJson = (call: Call, list: Watchlist) => ({
  ...headJson(call, list),
  assets: list.symbols.flatMap((symbol) => call.tape.asset(symbol) ?? []).map(assetJson),
});
