// Route templates as ASP.NET reads them: `scheduler/{action:alpha}/{id:int?}` matched against a path, in any case.

export type Route = {
  /** The parameters of a path that fits, undefined for one that does not. An optional one that is missing is absent. */
  match(segments: readonly string[]): Readonly<Record<string, string>> | undefined;
  /** Compares as text: the smaller one is tried first, literals before parameters before catch-alls. */
  readonly precedence: string;
};

type Constraint = (value: string) => boolean;
type Parameter = {
  readonly name: string;
  readonly optional: boolean;
  readonly catchAll: boolean;
  readonly fallback: string | undefined;
  readonly constraints: readonly Constraint[];
};
/** A path segment: text and parameters in turn, most often one of either. */
type Segment = { readonly pattern: RegExp; readonly parameters: readonly Parameter[]; readonly precedence: string };

const integer = (value: string): boolean => /^[+-]?\d+$/.test(value);
const number = (value: string): boolean => /^[+-]?(\d[\d,]*)?\.?\d+(e[+-]?\d+)?$/i.test(value);
const inRange = (value: string, least: number, most: number): boolean =>
  integer(value) && Number(value) >= least && Number(value) <= most;
const any = Number.POSITIVE_INFINITY;

const constraints: Readonly<Record<string, (...args: readonly string[]) => Constraint>> = {
  int: () => (value) => inRange(value, -(2 ** 31), 2 ** 31 - 1),
  long: () => integer,
  bool: () => (value) => /^(true|false)$/i.test(value),
  datetime: () => (value) => !Number.isNaN(Date.parse(value)),
  decimal: () => number,
  double: () => number,
  float: () => number,
  guid: () => (value) => /^[0-9a-f]{8}-?([0-9a-f]{4}-?){3}[0-9a-f]{12}$/i.test(value),
  alpha: () => (value) => /^[a-z]*$/i.test(value),
  required: () => (value) => value !== "",
  minlength: (least) => (value) => value.length >= Number(least),
  maxlength: (most) => (value) => value.length <= Number(most),
  length:
    (least, most = least) =>
    (value) =>
      value.length >= Number(least) && value.length <= Number(most),
  min: (least) => (value) => inRange(value, Number(least), any),
  max: (most) => (value) => inRange(value, -any, Number(most)),
  range: (least, most) => (value) => inRange(value, Number(least), Number(most)),
  regex: (pattern = "") => {
    const fits = new RegExp(pattern.replaceAll("{{", "{").replaceAll("}}", "}"), "i");
    return (value) => fits.test(value);
  },
};

/** Throws Error for a constraint that does not exist. */
export function parseRoute(template: string): Route {
  const segments = splitSegments(template.replace(/^\/|\/$/g, "")).map(parseSegment);
  return {
    precedence: segments.map((segment) => segment.precedence).join(""),
    match: (path) => {
      const found: Record<string, string> = {};
      for (const [index, segment] of segments.entries()) {
        const catchAll = segment.parameters.some((parameter) => parameter.catchAll);
        const text = catchAll ? path.slice(index).join("/") : path[index];
        if (!take(segment, text === "" ? undefined : text, found)) return undefined;
        if (catchAll) return found;
      }
      return path.length > segments.length ? undefined : found;
    },
  };
}

/** Puts the parameters of one segment into `found`; false when the text does not fit. */
function take({ pattern, parameters }: Segment, text: string | undefined, found: Record<string, string>): boolean {
  if (text === undefined) {
    return (
      parameters.length === 1 &&
      parameters.every(({ name, optional, catchAll, fallback }) => {
        if (fallback !== undefined) found[name] = fallback;
        return optional || catchAll || fallback !== undefined;
      })
    );
  }
  const values = pattern.exec(text);
  if (values === null) return false;
  return parameters.every(({ name, constraints }, index) => {
    const value = values[index + 1] ?? "";
    found[name] = value;
    return constraints.every((fits) => fits(value));
  });
}

/** Splits at slashes outside of braces: a regex constraint may hold some. */
const splitSegments = (template: string): string[] =>
  template === "" ? [] : (template.match(/(?:\{(?:[^{}]|\{\{|\}\})*\}|[^/{])+/g) ?? []);

function parseSegment(text: string): Segment {
  const parameters: Parameter[] = [];
  const source = text
    .split(/(\{(?:[^{}]|\{\{|\}\})*\})/)
    .map((part) => {
      if (!part.startsWith("{")) return part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
      const parameter = parseParameter(part.slice(1, -1));
      parameters.push(parameter);
      return parameter.catchAll ? "(.*)" : "(.+)";
    })
    .join("");
  const [first] = parameters;
  const plain = first === undefined ? 1 : first.catchAll ? 5 : 3;
  const precedence = String(first !== undefined && first.constraints.length > 0 ? plain - 1 : plain);
  return { pattern: new RegExp(`^${source}$`, "i"), parameters, precedence };
}

function parseParameter(text: string): Parameter {
  const [, stars = "", name = "", rules = ""] = /^(\*{0,2})([^:=?*]+)(.*)$/.exec(text) ?? [];
  const found: Constraint[] = [];
  let rest = rules;
  for (;;) {
    // The arguments end at the parenthesis after which the parameter goes on or ends: a regex may hold others.
    const [whole = "", rule = "", args] = /^:(\w+)(?:\((.*?)\)(?=[:=?]|$))?/.exec(rest) ?? [];
    if (whole === "") break;
    found.push(makeConstraint(rule.toLowerCase(), args));
    rest = rest.slice(whole.length);
  }
  const fallback = rest.startsWith("=") ? rest.slice(1) : undefined;
  if (name === "" || !(fallback !== undefined || rest === "" || rest === "?")) {
    throw new Error(`The route parameter '{${text}}' cannot be read.`);
  }
  return { name, optional: rest === "?", catchAll: stars !== "", fallback, constraints: found };
}

function makeConstraint(name: string, args = ""): Constraint {
  const make = constraints[name];
  if (make === undefined) throw new Error(`The route constraint '${name}' does not exist.`);
  return name === "regex" ? make(args) : make(...args.split(",").map((arg) => arg.trim()));
}
