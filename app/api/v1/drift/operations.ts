import { z } from "zod";
import {
  DriftFindingPage,
  Environment,
  FindingState,
  GroupId,
  Rule,
  Severity,
} from "#server/features/drift/index.ts";
import { operation } from "#server/features/http-api/index.ts";

const TAG = "Drift";
const ID = "0193a1b2-5c3d-7e4f-8a9b-0c1d2e3f4a5b";

/** Several values, separated by commas. */
function listOf<Item extends z.ZodType<string, string>>(item: Item, what: string) {
  return z
    .string()
    .max(1_000)
    .transform((text) => text.split(",").map((each) => each.trim()))
    .pipe(z.array(item).max(50))
    .optional()
    .describe(`${what}; several separated by commas`);
}

export const listDriftFindings = operation({
  id: "drift.findings",
  method: "GET",
  path: "/api/v1/drift/findings",
  tag: TAG,
  summary: "List what differs from what is declared",
  description:
    "The worst first. Without states: everything that is not resolved. Values of secrets are masked; another tenant is never named.",
  access: { by: "service", scope: "runtime.drift.read" },
  query: z.object({
    severities: listOf(Severity, "critical, high, medium, low"),
    states: listOf(FindingState, "open, acknowledged, remediating, resolved, suppressed"),
    rules: listOf(Rule, "Rules, like field-drift"),
    clusters: listOf(z.string().min(1).max(200), "Names of clusters"),
    environments: listOf(Environment, "dev, test, staging, prod"),
    groupId: GroupId.optional().describe("Findings of one cause"),
    text: z.string().trim().max(200).optional().describe("In objects, paths, managers and images"),
    cursor: z.string().max(400).optional().describe("nextCursor of the page before"),
    limit: z.coerce.number().int().min(1).max(200).default(50),
  }),
  answers: {
    200: {
      description: "A page of findings",
      content: {
        type: "application/json",
        schema: DriftFindingPage,
        example: {
          asOf: "2026-11-22T08:00:00.000Z",
          items: [
            {
              findingId: ID,
              groupId: "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
              rule: "field-drift",
              severity: "medium",
              state: "open",
              object: {
                apiVersion: "apps/v1",
                kind: "Deployment",
                namespace: "acme-shop-prod",
                name: "orders",
              },
              cluster: "muscat",
              environment: "prod",
              cause: { managers: ["kubectl-edit"], ours: null },
              reason: "none",
              params: {},
              differenceCount: 1,
              paths: ["/spec/replicas"],
              firstSeenAt: "2026-11-22T07:00:00.000Z",
              lastSeenAt: "2026-11-22T07:59:00.000Z",
              resolvedAt: null,
              reopenedCount: 0,
              suppressedUntil: null,
              unknownSince: null,
            },
          ],
          nextCursor: null,
        },
      },
    },
  },
});
