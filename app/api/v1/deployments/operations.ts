import { z } from "zod";
import {
  ATTACHMENT_BYTES,
  AttachmentKind,
  AttachOutcome,
  Blocker,
  ClaimOutcome,
  DeploymentOutcome,
  ReportOutcomeInput,
  RequestDeploymentInput,
} from "#server/features/deployments/index.ts";
import { operation } from "#server/features/http-api/index.ts";
import { DeploymentResource } from "./deployment-resource.ts";

const TAG = "Deployments";
const ID = "0193a1b2-5c3d-7e4f-8a9b-0c1d2e3f4a5b";
const HEX = "3f1c2b0a9d8e7f605142332415061728394a5b6c7d8e9f00112233445566778e";
const IMAGE = `registry.omantel.example/acme-shop/orders@sha256:${HEX}`;
const params = { schema: z.object({ id: z.uuid() }), absent: "deployment request" };
const SubjectDigest = z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hexadecimal digits");

const RESOURCE_EXAMPLE = {
  deploymentId: ID,
  state: "awaiting_approval",
  revision: 1,
  subjectDigest: HEX,
  environment: "prod",
  service: "orders",
  kind: "deploy",
  images: [IMAGE],
  configDigest: `sha256:${HEX}`,
  changeRef: "orders#412",
  missingApprovals: 2,
  blockers: [{ code: "forbid-deploy-approvals-missing", words: "approvals are missing" }],
  createdAt: "2026-11-22T08:00:00.000Z",
  expiresAt: "2026-11-23T08:00:00.000Z",
  waitsUntil: "2026-11-22T08:00:00.000Z",
  nextWindowAt: null,
};
const resource = (description: string, headers: Record<string, string>) => ({
  description,
  headers,
  content: { type: "application/json", schema: DeploymentResource, example: RESOURCE_EXAMPLE },
});
const json = <Schema extends z.ZodType>(schema: Schema, example: unknown) => ({
  types: ["application/json"],
  read: "json" as const,
  schema,
  example,
});

export const requestDeployment = operation({
  id: "deployments.request",
  method: "POST",
  path: "/api/v1/deployments",
  tag: TAG,
  summary: "Ask for a deployment",
  description:
    "Images are named by digest. With an Idempotency-Key the same request is made once. The console deploys nothing: claim the request when it is approved.",
  access: { by: "service", scope: "runtime.deployments.request" },
  body: json(RequestDeploymentInput, {
    environment: "prod",
    service: "orders",
    kind: "deploy",
    images: [IMAGE],
    configDigest: `sha256:${HEX}`,
    changeRef: "orders#412",
    reason: "Orders can be split over several deliveries",
  }),
  answers: { 201: resource("The request", { location: "Where the request is read" }) },
  problems: ["conflict"],
});

export const readDeployment = operation({
  id: "deployments.read",
  method: "GET",
  path: "/api/v1/deployments/{id}",
  tag: TAG,
  summary: "Read a request, and wait for news of it",
  description:
    "With wait=30 the answer is held for so many seconds at most: until it differs from what If-None-Match names, else until people have decided.",
  access: { by: "service", scope: "runtime.deployments.read" },
  params,
  query: z.object({
    wait: z.coerce.number().int().min(0).max(30).default(0).describe("Seconds to hold the answer"),
  }),
  headers: z.object({
    "if-none-match": z.string().optional().describe("The ETag of what is known already"),
  }),
  answers: {
    200: resource("The request", { etag: "Names this state of the request" }),
    304: { description: "Nothing new", headers: { etag: "As it was" } },
  },
});

export const streamDeployment = operation({
  id: "deployments.stream",
  method: "GET",
  path: "/api/v1/deployments/{id}/events",
  tag: TAG,
  summary: "Follow a request to its end",
  description:
    "Server-sent events: `deployment` with each change, its data as the request is read. `problem` is the last event when the token or a right is gone. A stream ends after ten minutes: connect again.",
  access: { by: "service", scope: "runtime.deployments.read" },
  params,
  answers: {
    200: {
      description: "The stream",
      content: {
        type: "text/event-stream",
        schema: z.string(),
        example: 'event: deployment\nid: 1-approved-0-\ndata: {"state":"approved"}\n\n',
      },
    },
  },
});

export const claimDeployment = operation({
  id: "deployments.claim",
  method: "POST",
  path: "/api/v1/deployments/{id}/claim",
  tag: TAG,
  summary: "Take an approved request, once",
  description:
    "Everything is decided again at this moment. Carry out exactly the images and configuration of the answer, then report. The same Idempotency-Key gives the same claim again.",
  access: { by: "service", scope: "runtime.deployments.execute" },
  params,
  body: json(z.object({ subjectDigest: SubjectDigest }), { subjectDigest: HEX }),
  answers: {
    200: {
      description: "It is yours",
      content: {
        type: "application/json",
        schema: ClaimOutcome.options[0],
        example: {
          outcome: "claimed",
          deploymentId: ID,
          revision: 1,
          state: "executing",
          subjectDigest: HEX,
          environment: "prod",
          service: "orders",
          images: [IMAGE],
          configDigest: `sha256:${HEX}`,
          claimedAt: "2026-11-22T09:00:00.000Z",
        },
      },
    },
  },
  problems: ["conflict", "stale"],
  problemMembers: z.object({
    blockers: z.array(Blocker).optional().describe("Everything that blocks the claim"),
    decisionId: z.string().optional().describe("The recorded decision"),
  }),
});

export const reportOutcome = operation({
  id: "deployments.reportOutcome",
  method: "POST",
  path: "/api/v1/deployments/{id}/outcome",
  tag: TAG,
  summary: "Report how a claimed deployment went",
  description: "Only by whoever claimed it. Success writes what runs.",
  access: { by: "service", scope: "runtime.deployments.execute" },
  params,
  body: json(ReportOutcomeInput.omit({ deploymentId: true }), {
    outcome: "succeeded",
    note: "40 s, 3 replicas",
  }),
  answers: {
    200: {
      description: "The report was taken",
      content: {
        type: "application/json",
        schema: DeploymentOutcome,
        example: { deploymentId: ID, revision: 1, state: "succeeded", subjectDigest: HEX },
      },
    },
  },
  problems: ["conflict"],
});

export const attachEvidence = operation({
  id: "deployments.attachEvidence",
  method: "POST",
  path: "/api/v1/deployments/{id}/attachments",
  tag: TAG,
  summary: "Attach an attestation or a report",
  description:
    "The file as the body: an attestation (Sigstore bundle v0.3, DSSE envelope or cosign signature, at most 256 KiB), vulnerabilities (`grype -o json`) or sbom (`syft -o json`), at most 4 MiB. What it proves makes a new revision within seconds: read subjectDigest again before you claim.",
  access: { by: "service", scope: "runtime.deployments.request" },
  params,
  query: z.object({ kind: AttachmentKind }),
  body: {
    types: ["application/json", "application/*+json"],
    read: "text",
    schema: z.string(),
    maxBytes: (query) => ATTACHMENT_BYTES[(query as { kind: AttachmentKind }).kind],
    example: { mediaType: "application/vnd.dev.sigstore.bundle.v0.3+json" },
  },
  answers: Object.fromEntries(
    [[201, "It was attached"] as const, [200, "It was attached before"] as const].map(
      ([status, description]) => [
        status,
        {
          description,
          content: {
            type: "application/json",
            schema: AttachOutcome,
            example: {
              deploymentId: ID,
              digest: HEX,
              outcome: status === 201 ? "attached" : "unchanged",
            },
          },
        },
      ],
    ),
  ),
  problems: ["conflict"],
});
