// Who calls: proven by Entra where App Service authentication stands in front, else known by the function key's name, else as the request claims.
import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { Callers } from "../config.ts";
import { noReason, type Principal, unnamed } from "../core/model/control.ts";
import { ApiProblem } from "./problem.ts";
import { type ApiRequest, isUnfit } from "./request.ts";

export type Caller = { readonly principal: Principal; readonly reason: string; readonly claimedActor?: string };

/** What a body may say of who and why. */
export const whoAndWhy = {
  reason: z.string().trim().min(1).max(500).optional(),
  actor: z.string().trim().min(1).max(100).optional(),
};

/**
 * Name and reason come from the body, or where it is a document from the headers `x-tradewind-actor` and `x-tradewind-reason`
 * (percent-encoded where they are not ASCII). A claimed name never takes the place of one that is known. Throws ApiProblem `BAD_PARAMETER`.
 */
export function callerOf(
  request: ApiRequest,
  callers: Callers,
  body: { readonly reason?: string | undefined; readonly actor?: string | undefined },
): Caller {
  const reason = body.reason ?? headerText(request, "x-tradewind-reason", 500) ?? noReason;
  const claimed = body.actor ?? headerText(request, "x-tradewind-actor", 100);
  const known = entraPrincipal(request, callers) ?? keyPrincipal(request, callers);
  if (known === undefined) return { principal: { kind: "claimed", name: claimed ?? unnamed }, reason };
  return { principal: known, reason, ...(claimed === undefined ? {} : { claimedActor: claimed }) };
}

function headerText({ header }: ApiRequest, name: string, maxLength: number): string | undefined {
  const given = decoded(header(name)?.trim() ?? "");
  if (given === "") return undefined;
  if (given.length <= maxLength && !isUnfit(given)) return given;
  const message = `must be at most ${maxLength} characters of text`;
  throw new ApiProblem("BAD_PARAMETER", `The header ${name} ${message}.`, [{ path: name, message }]);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

const principalClaims = z.object({
  auth_typ: z.string(),
  name_typ: z.string().optional(),
  claims: z.array(z.object({ typ: z.string(), val: z.string() })).optional(),
});

/**
 * App Service takes these headers away from what comes from outside and sets its own. Without it in front anyone can send them, so they
 * count only where the setting says that it is there.
 */
function entraPrincipal({ header }: ApiRequest, { easyAuth }: Callers): Principal | undefined {
  if (!easyAuth) return undefined;
  const claims = claimsOf(header("x-ms-client-principal"));
  const provider = claims?.auth_typ ?? header("x-ms-client-principal-idp");
  if (provider !== null && provider !== "aad") return undefined;
  const name = header("x-ms-client-principal-name") ?? nameIn(claims);
  return name === undefined || name.trim() === "" ? undefined : { kind: "entra", name: name.trim().slice(0, 200) };
}

type Claims = z.infer<typeof principalClaims>;

function claimsOf(encoded: string | null): Claims | undefined {
  if (encoded === null) return undefined;
  try {
    return principalClaims.parse(JSON.parse(Buffer.from(encoded, "base64").toString("utf8")));
  } catch {
    return undefined;
  }
}

function nameIn(claims: Claims | undefined): string | undefined {
  const named = [claims?.name_typ, "preferred_username", "name", "appid"];
  return named.map((type) => claims?.claims?.find(({ typ }) => typ === type)?.val).find((name) => name !== undefined);
}

/** The host has judged the key already, the header's before the query's; here it is only looked up whose it is. */
function keyPrincipal({ header, query }: ApiRequest, { keyNames }: Callers): Principal | undefined {
  const inQuery = [...query].find(([name]) => name.toLowerCase() === "code")?.[1];
  const key = header("x-functions-key") ?? inQuery;
  if (key === undefined) return undefined;
  const digest = createHash("sha256").update(key).digest();
  // Every name is compared, so that the time tells nothing about which one fits.
  const fitting = keyNames.filter((each) => timingSafeEqual(digest, Buffer.from(each.digest, "hex")));
  const [found] = fitting;
  return found === undefined ? undefined : { kind: "key", name: found.name };
}
