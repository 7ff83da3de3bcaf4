import { ReportConsumerInput } from "#server/features/rotation/consumers/schema.ts";
import { reportConsumer } from "#server/features/rotation/verbs/report-consumer.ts";
import { parseInput, runVerb } from "#server/platform/verb.ts";
import { answering, apiCaller, jsonBody } from "../../deployments/api-call.ts";

export const dynamic = "force-dynamic";

/**
 * A workload, or who runs it, reports which version of a credential it uses. With an Idempotency-Key
 * the same report is taken once. Nothing but references is accepted: see docs/adr/0013.
 */
export async function POST(request: Request): Promise<Response> {
  return answering(request, async () => {
    const caller = await apiCaller(request, "rotation.reportConsumer", "runtime.consumers.report");
    const input = parseInput(ReportConsumerInput, withDate(await jsonBody(request)));
    return Response.json(await runVerb(reportConsumer, caller, input), { status: 201 });
  });
}

/** JSON has no dates: RFC 3339 text becomes one, anything else stays, to be refused. */
function withDate(body: unknown): unknown {
  if (typeof body !== "object" || body === null || !("usedAt" in body)) return body;
  const { usedAt } = body;
  const isTime =
    typeof usedAt === "string" && /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(usedAt);
  return isTime ? { ...body, usedAt: new Date(usedAt) } : body;
}
