import { z } from "zod";
import { operation } from "#server/features/http-api/index.ts";
import {
  ConsumerReported,
  ReportConsumerInput,
} from "#server/features/rotation/consumers/schema.ts";

const EXAMPLE_ID = "0193a1b2-5c3d-7e4f-8a9b-0c1d2e3f4a5b";

export const reportConsumer = operation({
  id: "rotation.reportConsumer",
  method: "POST",
  path: "/api/v1/consumers/reports",
  tag: "Consumers of secrets",
  summary: "Report which version of a credential a workload uses",
  description:
    "From the workload, or from who runs it. A rotation does not end an old value while somebody still uses it. References only: a field that is not known, or that reads like a secret, is refused. With an Idempotency-Key the same report is taken once.",
  access: { by: "service", scope: "runtime.consumers.report" },
  body: {
    types: ["application/json"],
    read: "json",
    schema: z.preprocess(withDate, ReportConsumerInput),
    example: {
      binding: { store: "openbao", path: "acme-shop/orders/database" },
      workload: { name: "orders", namespace: "shop", cluster: "muscat-1" },
      version: 7,
      usedAt: "2026-11-22T08:00:00Z",
    },
  },
  answers: {
    201: {
      description: "The report was taken",
      content: {
        type: "application/json",
        schema: ConsumerReported,
        example: {
          consumerId: EXAMPLE_ID,
          bindingId: EXAMPLE_ID,
          state: "moved",
          currentVersion: 7,
        },
      },
    },
  },
  problems: ["conflict"],
});

/** JSON has no dates: RFC 3339 text becomes one, anything else stays, to be refused. */
function withDate(body: unknown): unknown {
  if (typeof body !== "object" || body === null || !("usedAt" in body)) return body;
  const { usedAt } = body;
  const isTime =
    typeof usedAt === "string" && /^\d{4}-\d{2}-\d{2}T[\d:.]+(Z|[+-]\d{2}:\d{2})$/.test(usedAt);
  return isTime ? { ...body, usedAt: new Date(usedAt) } : body;
}
