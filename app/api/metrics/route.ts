import { timingSafeEqual } from "node:crypto";
import { refreshSinkMetrics } from "#server/features/delivery/sink-metrics.ts";
import { env } from "#server/platform/env/env.ts";
import { metrics } from "#server/platform/telemetry/metrics.ts";

export const dynamic = "force-dynamic";

function isAllowed(request: Request): boolean {
  const expected = env().METRICS_TOKEN;
  if (expected === undefined) return env().CONSOLE_MODE === "demo";
  const given = Buffer.from(request.headers.get("authorization") ?? "");
  const wanted = Buffer.from(`Bearer ${expected}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

/**
 * Prometheus text. In production only with the scraper's bearer token (METRICS_TOKEN); what names tenants
 * is told to nobody without it.
 */
export async function GET(request: Request): Promise<Response> {
  if (!isAllowed(request)) return new Response("Unauthorized\n", { status: 401 });
  const { registry } = metrics();
  if (env().METRICS_TOKEN !== undefined) await refreshSinkMetrics(registry);
  return new Response(await registry.metrics(), {
    headers: { "content-type": registry.contentType, "cache-control": "no-store" },
  });
}
