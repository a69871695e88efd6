// The door between the Functions programming model and the handlers: maps the request, the answer and every failure.
import type { HttpHandler, HttpRequest } from "@azure/functions";
import { getApp } from "../getApp.ts";
import type { Handler } from "./handlers.ts";
import { type ApiRequest, problem, problemOf } from "./http.ts";

/** A registered handler that always answers, with a problem for any failure; the failure itself is logged under the invocation. */
export const door =
  (handler: Handler): HttpHandler =>
  async (request, context) => {
    try {
      return await handler(await getApp(), apiRequest(request));
    } catch (failure) {
      const told = problemOf(failure);
      if (told.status >= 500)
        context.error(`${told.code}: ${failure instanceof Error ? failure.message : String(failure)}`);
      return problem(told);
    }
  };

const apiRequest = (request: HttpRequest): ApiRequest => ({
  // As the host gives it: a parameter given twice is one value with a comma, and no schema takes that.
  query: request.query,
  params: request.params,
  header: (name) => request.headers.get(name),
  body: () => request.arrayBuffer(),
});
