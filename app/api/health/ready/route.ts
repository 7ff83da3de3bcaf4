import { readiness } from "#server/platform/health/readiness.ts";

export const dynamic = "force-dynamic";

/** 200 when this process should get traffic, 503 while it drains or can't reach its database. */
export async function GET(): Promise<Response> {
  const state = await readiness();
  return Response.json(state, {
    status: state.ready ? 200 : 503,
    headers: { "cache-control": "no-store" },
  });
}
