// Route templates: which paths fit, what their parameters hold, and which template is tried first.
import { expect, test } from "vitest";
import { parseRoute } from "../../../../src/local/functionsHost/http/routeTemplate.ts";

test.each<[template: string, path: string, params: Record<string, string> | undefined]>([
  ["api/tasks", "API/Tasks", {}],
  ["api/tasks", "api/tasks/1", undefined],
  ["api/anon/{id?}", "api/anon", {}],
  ["api/anon/{id?}", "Api/Anon/3", { id: "3" }],
  ["api/anon/{id}", "api/anon", undefined],
  ["api/anon/{id}", "api/anon/", undefined],
  ["api/n/{id:int}", "api/n/12", { id: "12" }],
  ["api/n/{id:int}", "api/n/x", undefined],
  ["api/n/{id:int}", "api/n/3000000000", undefined],
  ["api/n/{id:int?}", "api/n", {}],
  ["api/n/{id:int?}", "api/n/x", undefined],
  ["a/{id:int:min(3)}", "a/2", undefined],
  ["a/{id:int:min(3)}", "a/3", { id: "3" }],
  ["a/{id:range(1,3)}", "a/4", undefined],
  ["a/{id:length(1,3)}", "a/abcd", undefined],
  ["a/{id:alpha}", "a/b1", undefined],
  ["a/{id:bool}", "a/True", { id: "True" }],
  ["a/{id:guid}", "a/00000000-0000-0000-0000-000000000000", { id: "00000000-0000-0000-0000-000000000000" }],
  ["a/{id:guid}", "a/0", undefined],
  ["a/{day:datetime}", "a/2026-11-23", { day: "2026-11-23" }],
  ["a/{id:regex(^\\d{{3}}$)}", "a/123", { id: "123" }],
  ["a/{id:regex(^(a|b)$)}", "a/c", undefined],
  ["a/{id=5}", "a", { id: "5" }],
  ["a/{*rest}", "a/b/c", { rest: "b/c" }],
  ["a/{*rest}", "a", {}],
  ["files/{name}.{kind}", "files/report.csv", { name: "report", kind: "csv" }],
])("%s on %s gives %j", (template, path, params) => {
  expect(parseRoute(template).match(path.split("/"))).toEqual(params);
});

test("tries literals before constrained parameters, those before free ones, and catch-alls last", () => {
  const templates = ["a/{*rest}", "a/{id}", "a/{id:int}", "a/list"];
  const inOrder = templates.toSorted((a, b) => (parseRoute(a).precedence < parseRoute(b).precedence ? -1 : 1));
  expect(inOrder).toEqual(["a/list", "a/{id:int}", "a/{id}", "a/{*rest}"]);
});

test.each([
  ["a/{id:prime}", "The route constraint 'prime' does not exist."],
  ["a/{:int}", "The route parameter '{:int}' cannot be read."],
])("refuses %s", (template, message) => {
  expect(() => parseRoute(template)).toThrow(message);
});
