import "server-only";
import { initTRPC, TRPCError } from "@trpc/server";
import type { z } from "zod";
import { wire } from "#server/engines/wire/wire.ts";
import type { Caller } from "#server/platform/actor.ts";
import { type Denial, recordDenial } from "#server/platform/audit/record-denial.ts";
import { elevated, elevatedIn } from "#server/platform/authz/production-rights.ts";
import type { Scope } from "#server/platform/authz/scopes.ts";
import { type TenantTx, withTenant } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { inputSaid } from "#server/platform/errors/input-said.ts";
import { appErrorIn, errorBody, trpcCodeOf } from "#server/platform/errors/map.ts";
import { refuseCrossSite } from "#server/platform/http/csrf.ts";
import type { CallsAhead } from "#server/platform/ratelimit/calls-ahead.ts";
import { countCall } from "#server/platform/ratelimit/rate-limit.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { metrics } from "#server/platform/telemetry/metrics.ts";
import { traceIdOf } from "#server/platform/telemetry/trace.ts";
import { isTenantName } from "#server/platform/tenancy/authorized-tenant.ts";
import { type CallFacts, callerAtHome, guardTenant } from "#server/platform/tenancy/guard.ts";
import type { SessionView } from "#server/platform/tenancy/session-view.ts";
import { runVerb, type Verb } from "#server/platform/verb.ts";
import { synchronousOutputs } from "./synchronous-outputs.ts";

/** One request, before anybody is anybody. */
export interface RequestContext extends CallFacts {
  readonly headers: Headers;
  readonly session: SessionView | null;
  /** Calls of this request that were counted when its session was read. */
  readonly counted?: { principal: CallsAhead; tenant: CallsAhead | undefined };
  /** The session with roles not older than a minute (law 10); throws when they can't be had. */
  freshSession(): Promise<SessionView>;
}

const t = initTRPC.context<RequestContext>().create({
  transformer: wire,
  errorFormatter({ shape, error, ctx }) {
    const body = errorBody(
      invalidInput(error) ?? error.cause,
      ctx ? traceIdOf(ctx.traceparent) : "",
    );
    return {
      ...shape,
      message: body.message,
      data: { code: shape.data.code, httpStatus: shape.data.httpStatus, app: body },
    };
  },
});

export const router = t.router;
export const createCallerFactory = t.createCallerFactory;

/** Input that zod refused, as an AppError that names the field. */
function invalidInput(error: TRPCError): AppError | undefined {
  const issues = (
    error.cause as { issues?: { path: PropertyKey[]; message: string }[] } | undefined
  )?.issues;
  if (error.code !== "BAD_REQUEST" || !issues?.[0]) return undefined;
  const field = issues[0].path.join(".") || "input";
  const words = issues[0].message;
  return new AppError("invalid", `${field}: ${words}`, { field, said: inputSaid(words, field) });
}

/** Outermost: turns AppErrors into tRPC's, logs and counts. tRPC's next() never rejects. */
const observed = t.middleware(async ({ ctx, path, next }) => {
  const begun = performance.now();
  const result = await next();
  const known = result.ok ? undefined : appErrorIn(result.error);
  const outcome = result.ok ? "ok" : (known?.code ?? result.error.code.toLowerCase());
  metrics().callSeconds.observe({ procedure: path, outcome }, (performance.now() - begun) / 1_000);
  if (result.ok) return result;
  const line = {
    procedure: path,
    outcome,
    traceId: traceIdOf(ctx.traceparent),
    requestId: ctx.requestId,
  };
  if (known) logger.info(line, "call refused");
  else if (result.error.code === "INTERNAL_SERVER_ERROR")
    logger.error({ ...line, err: result.error.cause }, "call failed");
  else logger.info(line, "call refused");
  if (known) throw new TRPCError({ code: trpcCodeOf(known), message: known.message, cause: known });
  return result;
});

/** A refusal before any tenant is entered: it stands in the log that is the caller's own (law 5). */
async function recordAtHome(session: SessionView, call: CallFacts, denial: Denial): Promise<void> {
  metrics().denials.inc({ cause: denial.cause });
  await recordDenial(callerAtHome(session, call), denial);
}

const authenticated = t.middleware(async ({ ctx, path, type, next }) => {
  if (!ctx.session)
    throw new AppError("unauthenticated", "You are not signed in, or your session has ended.", {
      remedy: "Sign in again.",
    });
  if (!ctx.counted?.principal.take()) {
    await countCall("principal", `${ctx.session.issuer}|${ctx.session.subject}`);
  }
  if (type === "mutation") {
    try {
      refuseCrossSite(ctx.headers);
    } catch (refusal) {
      await recordAtHome(ctx.session, ctx, { act: path, cause: "cross-site" });
      throw refusal;
    }
  }
  return next({ ctx: { session: ctx.session } });
});

/** Signed in, for no tenant in particular: lists the session's own things. */
export const sessionProcedure = synchronousOutputs(t.procedure).use(observed).use(authenticated);

/** The tenant guard; who asks for a tenant that is not his is recorded at home (laws 5 and 12). */
async function enter(
  session: SessionView,
  tenantId: string | null,
  call: CallFacts,
  path: string,
): Promise<Caller> {
  try {
    return guardTenant(session, tenantId, call);
  } catch (refusal) {
    if (tenantId !== null) {
      await recordAtHome(session, call, {
        act: path,
        cause: "tenant",
        detail: isTenantName(tenantId) ? { asked: tenantId } : {},
      });
    }
    throw refusal;
  }
}

/** With what the role gives, and no more. */
const standing = sessionProcedure.use(async ({ ctx, path, next }) => {
  const caller = await enter(ctx.session, ctx.headers.get("x-tenant"), ctx, path);
  if (!ctx.counted?.tenant?.take()) await countCall("tenant", caller.tenant);
  return next({ ctx: { caller } });
});

/** With what live grants add, which is read at every call. */
const guarded = standing.use(async ({ ctx, next }) =>
  next({ ctx: { caller: await elevated(ctx.caller) } }),
);

async function requireScope(caller: Caller, scope: Scope, path: string): Promise<void> {
  if (!caller.scopes.has(scope)) await refuse(caller, scope, path);
}

async function refuse(caller: Caller, scope: Scope, path: string): Promise<never> {
  metrics().denials.inc({ cause: "scope" });
  await recordDenial(caller, { act: path, cause: "scope", detail: { scope } });
  throw new AppError("forbidden", `This needs the scope ${scope}.`, {
    said: { key: "needsScope", args: { scope } },
    remedy: "Ask an administrator of your organization for a role that has it.",
  });
}

/** Guard and scope, and no transaction: for reads that note something before they read. */
export function guardedProcedure(scope: Scope) {
  return guarded.use(async ({ ctx, path, next }) => {
    await requireScope(ctx.caller, scope, path);
    return next();
  });
}

/**
 * The same for what asks for this one scope and for nothing else of its caller: who has it by role is not
 * asked for grants, which could only add to it.
 */
export function standingProcedure(scope: Scope) {
  return standing.use(async ({ ctx, path, next }) => {
    const caller = ctx.caller.scopes.has(scope) ? ctx.caller : await elevated(ctx.caller);
    await requireScope(caller, scope, path);
    return next({ ctx: { caller } });
  });
}

/**
 * A read in the caller's tenant: guard, then one transaction as `ctx.tx`, whose first statement is what live
 * grants add; scope, and the read. A refusal is recorded when the transaction is over: it needs one of its own.
 */
export function readProcedure(scope: Scope) {
  return standing.use(async ({ ctx, path, next }) => {
    const tried = await withTenant(
      ctx.caller.tenant,
      "tenant",
      async (tx: TenantTx) => {
        const caller = await elevatedIn(tx, ctx.caller);
        if (!caller.scopes.has(scope)) return { refused: caller };
        const result = await next({ ctx: { caller, tx } });
        // next() never rejects: rethrow, so that the transaction is undone.
        if (!result.ok) throw result.error;
        return result;
      },
      { readOnly: true },
    );
    if ("refused" in tried) return refuse(tried.refused, scope, path);
    return tried;
  });
}

/** A change that does something outside its verb's transaction first; roles are fresh (law 10). */
export function freshProcedure(scope: Scope) {
  return standing
    .use(async ({ ctx, path, next }) => {
      const session = await ctx.freshSession();
      const caller = await enter(session, ctx.caller.tenant, ctx, path);
      return next({ ctx: { caller: await elevated(caller) } });
    })
    .use(async ({ ctx, path, next }) => {
      await requireScope(ctx.caller, scope, path);
      return next();
    });
}

/** A read of what is the caller's own: guard and one transaction; no scope, since nobody else's can be named. */
export const ownProcedure = standing.use(({ ctx, next }) =>
  withTenant(
    ctx.caller.tenant,
    "tenant",
    async (tx: TenantTx) => {
      const result = await next({ ctx: { caller: await elevatedIn(tx, ctx.caller), tx } });
      if (!result.ok) throw result.error;
      return result;
    },
    { readOnly: true },
  ),
);

/** A change: the verb is scope, input, output and effect in one; roles are fresh (law 10). */
export function verbProcedure<In extends z.ZodType, Out extends z.ZodType>(verb: Verb<In, Out>) {
  return freshProcedure(verb.scope)
    .use(async ({ getRawInput, next }) => next({ ctx: { rawInput: await getRawInput() } }))
    .input(verb.input)
    .output(verb.output)
    .mutation(
      // The verb parses the raw input itself, so that it is the same gate for every way in.
      ({ ctx }) => runVerb(verb, ctx.caller, ctx.rawInput as z.input<In>) as never,
    );
}
