// The control surface beside Alpaca's paths: faults, plans, interventions, counts and orders, read and set over HTTP.
import { z } from "zod";
import type { Intervention } from "./exchangeState.ts";
import { type Fault, type FaultPlan, faultKinds, plannableKinds } from "./faults.ts";
import type { AlpacaService } from "./service.ts";
import { orderJson } from "./wireShapes.ts";
import { errorReply, type Reply, type WireRequest } from "./wireTypes.ts";

const ms = z.number().min(0);

const faultSchema = z
  .strictObject({
    kind: z.enum(faultKinds),
    method: z.string().min(1).optional(),
    path: z.string().startsWith("/").optional(),
    count: z.int().min(1).default(1),
    delayMs: ms.optional(),
    field: z.string().min(1).optional(),
    status: z.literal([500, 502, 503, 504]).optional(),
    ageMs: ms.optional(),
    skewMs: z.number().optional(),
  })
  .superRefine((fault, context) => {
    const needed = ({ delay: "delayMs", missingField: "field", staleQuotes: "ageMs", clockSkew: "skewMs" } as const)[
      fault.kind as string
    ];
    if (needed !== undefined && fault[needed] === undefined) {
      context.addIssue({ code: "custom", path: [needed], message: `${fault.kind} needs it` });
    }
  });

const planSchema = z.strictObject({
  seed: z.int(),
  rate: z.number().min(0).max(1),
  kinds: z.array(z.enum(plannableKinds)).min(1).optional(),
  methods: z.array(z.string().min(1)).min(1).optional(),
  untilRequests: z.int().min(1).optional(),
});

const symbol = z.string().min(1);
const count = z.int().min(0);

const interventionSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.enum(["haltSymbol", "resumeSymbol"]), symbol }),
  z.strictObject({ kind: z.enum(["rejectNextOrders", "partialThenSilence"]), count }),
  z.strictObject({ kind: z.literal("blockTrading"), blocked: z.boolean() }),
]);

type Control = (request: WireRequest) => Reply;
const ok = (body: unknown): Reply => ({ status: 200, body });

/** Serves `/_control/…`. */
export function createControl(service: AlpacaService): Control {
  const { faults } = service;
  const controls: Readonly<Record<string, Readonly<Record<string, (body: string) => Reply>>>> = {
    "/_control/requests": { GET: () => ok(service.requests()) },
    "/_control/orders": { GET: () => ok(service.state().orders.map(orderJson)) },
    "/_control/faults": {
      GET: () => ok(faults.armed()),
      DELETE: () => done(faults.clear),
      POST: (body) => accept<Fault>(faultSchema, body, faults.arm),
    },
    "/_control/plan": {
      GET: () => ok(faults.report()),
      DELETE: () => done(() => faults.plan(undefined)),
      POST: (body) => accept<FaultPlan>(planSchema, body, faults.plan),
    },
    "/_control/interventions": {
      GET: () => ok({ ...service.state().disturbances, tradingBlocked: service.state().account.tradingBlocked }),
      POST: (body) => accept<Intervention>(interventionSchema, body, service.intervene),
    },
  };
  return ({ method, path, body }) => {
    const methods = controls[path];
    if (methods === undefined) return errorReply(404, `no such control: there are ${Object.keys(controls).join(", ")}`);
    service.advance();
    return methods[method]?.(body) ?? errorReply(405, `use ${Object.keys(methods).join(" or ")}`);
  };
}

function done(what: () => void): Reply {
  what();
  return { status: 204 };
}

/** Reads the body and acts on it; a body that does not fit is a 400 that says what is wrong with it. */
function accept<T>(schema: z.ZodType<T>, body: string, act: (value: T) => void): Reply {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return errorReply(400, "the body is not JSON");
  }
  const { success, data, error } = schema.safeParse(json);
  if (!success) return errorReply(400, error.issues.map(issueText).join("; "));
  act(data);
  return { status: 201, body: data };
}

const issueText = ({ path, message }: z.core.$ZodIssue): string =>
  path.length === 0 ? message : `${path.join(".")}: ${message}`;
