import "server-only";
import type { z } from "zod";
import type { Caller } from "#server/platform/actor.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { parseInput } from "#server/platform/verb.ts";
import { callBody } from "./call-body.ts";
import { type AnyOperation, METHODS, type Method, type Operation } from "./operation.ts";
import { problemResponse } from "./problem-response.ts";
import { admitService } from "./service-caller.ts";

type Context = { params: Promise<unknown> };
export type RouteHandler = ((request: Request, context?: Context) => Promise<Response>) & {
  /** It only says that the route has no such method. */
  readonly isRefusal?: boolean;
};

export interface OperationHandler {
  readonly operation: AnyOperation;
  readonly handle: RouteHandler;
}

/** A call of an operation, its parts parsed. */
export interface ApiCall<
  Params extends z.ZodType,
  Query extends z.ZodType,
  BodySchema extends z.ZodType,
> {
  readonly request: Request;
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly body: z.output<BodySchema>;
}

export interface ServiceCall<
  Params extends z.ZodType,
  Query extends z.ZodType,
  BodySchema extends z.ZodType,
> extends ApiCall<Params, Query, BodySchema> {
  readonly caller: Caller;
  /** The caller, checked anew: for a call that is held open. */
  again(): Promise<Caller>;
}

/**
 * Answers an operation for service callers, in the order of law 1: token, tenant, scope, and only then
 * path, query and body. What is thrown becomes a problem (RFC 9457). Nothing of it may be kept.
 */
export function forServices<
  Params extends z.ZodType,
  Query extends z.ZodType,
  BodySchema extends z.ZodType,
>(
  operation: Operation<Params, Query, BodySchema>,
  answer: (call: ServiceCall<Params, Query, BodySchema>) => Promise<Response>,
): OperationHandler {
  const { access } = operation;
  if (access.by !== "service") throw new TypeError(`${operation.id} is not for service callers`);
  return handler(operation, async (request, context) => {
    const { caller, again, nextNonce } = await admitService(request, operation.id, access);
    const response = await refusalsAsAnswers(request, async () =>
      answer({ ...(await partsOf(operation, request, context)), caller, again }),
    );
    response.headers.set("cache-control", "no-store");
    // RFC 9449 §8.2: the proof of the next call takes this one.
    if (nextNonce) response.headers.set("dpop-nonce", nextNonce);
    return response;
  });
}

/** Answers an operation whose own code finds out who calls: a session's, or nobody's. */
export function forOthers<
  Params extends z.ZodType,
  Query extends z.ZodType,
  BodySchema extends z.ZodType,
>(
  operation: Operation<Params, Query, BodySchema>,
  answer: (call: ApiCall<Params, Query, BodySchema>) => Promise<Response>,
): OperationHandler {
  return handler(operation, async (request, context) =>
    answer(await partsOf(operation, request, context)),
  );
}

/** The exports of a `route.ts`: its operations, and a problem for each other method. */
export function apiRoute(
  ...handlers: OperationHandler[]
): Record<Method | "OPTIONS", RouteHandler> {
  const allowed = handlers.map(({ operation }) => operation.method);
  const allow = [...allowed, ...(allowed.includes("GET") ? ["HEAD"] : []), "OPTIONS"].join(", ");
  const methodRefused = async (request: Request) => {
    const refusal = new AppError("method_not_allowed", `This route has no ${request.method}.`, {
      remedy: `It has ${allow}.`,
    });
    const response = problemResponse(refusal, request);
    response.headers.set("allow", allow);
    return response;
  };
  const tellMethods = async () => new Response(null, { status: 204, headers: { allow } });
  const other = METHODS.filter((method) => !allowed.includes(method));
  return Object.fromEntries([
    ...handlers.map(({ operation, handle }) => [operation.method, handle]),
    ...other.map((method) => [method, Object.assign(methodRefused, { isRefusal: true })]),
    ["OPTIONS", Object.assign(tellMethods, { isRefusal: true })],
  ]);
}

function handler(
  operation: AnyOperation,
  run: (request: Request, context?: Context) => Promise<Response>,
): OperationHandler {
  return {
    operation,
    handle: (request, context) => refusalsAsAnswers(request, () => run(request, context)),
  };
}

async function refusalsAsAnswers(
  request: Request,
  run: () => Promise<Response>,
): Promise<Response> {
  try {
    return await run();
  } catch (error) {
    return problemResponse(error, request);
  }
}

async function partsOf(operation: AnyOperation, request: Request, context: Context | undefined) {
  const asked = Object.fromEntries(new URL(request.url).searchParams);
  const params = operation.params?.schema.safeParse(await context?.params);
  const query = operation.query && parseInput(operation.query, asked);
  const body = operation.body && (await callBody(request, operation.body, query));
  if (params && !params.success) throw notFound(operation.params?.absent ?? "resource");
  return { request, params: params?.data, query, body };
}
