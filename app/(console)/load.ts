import "server-only";
import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import type { Problem } from "#components/problem/problem.ts";
import { errorBody } from "#server/platform/errors/map.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { traceIdOf } from "#server/platform/telemetry/trace.ts";
import { requestContext } from "#server/trpc/context.ts";
import { createCallerFactory } from "#server/trpc/init.ts";
import { appRouter } from "#server/trpc/root.ts";
import { signInPath } from "./sign-in-path.ts";

const createCaller = createCallerFactory(appRouter);

/** Every procedure, called in-process as the signed-in person. */
export type ConsoleCaller = ReturnType<typeof createCaller>;

/** What a page asked for, or why it can't be had. */
export type Loaded<T> = { isLoaded: true; data: T } | { isLoaded: false; problem: Problem };

/**
 * Calls procedures for a page, in the tenant its URL names: the same guard, scopes and transaction
 * as over HTTP. Nobody signed in leads to the sign-in page; what is absent or foreign to "not
 * found"; every other refusal is returned, to be shown where the data would be.
 */
export async function load<T>(
  tenantId: string,
  call: (console: ConsoleCaller) => Promise<T>,
): Promise<Loaded<T>> {
  const incoming = new Headers(await headers());
  incoming.set("x-tenant", tenantId);
  const context = await requestContext(incoming);
  try {
    return { isLoaded: true, data: await call(createCaller(context)) };
  } catch (error) {
    const body = errorBody(error, traceIdOf(context.traceparent));
    if (body.code === "unauthenticated") redirect(await signInPath());
    if (body.code === "not_found") notFound();
    if (body.code === "internal")
      logger.error({ err: error, traceId: body.traceId }, "page failed");
    return {
      isLoaded: false,
      problem: { code: body.code, message: body.message, traceId: body.traceId },
    };
  }
}
