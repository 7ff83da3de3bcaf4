import "server-only";
import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";
import type { AdmissionRequest } from "#server/engines/admission/admission-review.ts";
import {
  type ApprovedDigests,
  type Judgement,
  judgeAdmission,
  type NamespacePlace,
  questionOf,
} from "#server/engines/admission/judge-admission.ts";
import { approvedDigests } from "#server/features/deployments/index.ts";
import type { Caller } from "#server/platform/actor.ts";
import { recordDenial } from "#server/platform/audit/record-denial.ts";
import { identityPool } from "#server/platform/db/identity-pool.ts";
import { withTenant } from "#server/platform/db/tenant-transaction.ts";
import { env } from "#server/platform/env/env.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { traceparentOf } from "#server/platform/telemetry/trace.ts";
import { guardService } from "#server/platform/tenancy/guard.ts";

interface PlaceRow {
  sovereign: string;
  rule: "owned" | "exempt" | null;
  owner: string | null;
  environment: string | null;
  service: string | null;
  reason: string | null;
}

const NOTHING: ApprovedDigests = new Map();

/**
 * Whether an API server may store an object: by its credential, the namespace's owner, and what is
 * approved there now. Nothing is kept between two questions, so that an end is felt at once.
 * Throws AppError `unauthenticated`; whatever else fails here is the caller's to refuse (law 7).
 */
export async function answerAdmission(
  { cluster, token }: { cluster: string; token: string },
  request: AdmissionRequest,
  traceparent: string | null,
): Promise<Judgement> {
  const hash = createHash("sha256").update(token).digest();
  const { rows } = await identityPool().query<PlaceRow>({
    name: "admission_place",
    text: "SELECT sovereign, rule, owner, environment, service, reason FROM app.admission_place($1, $2, $3)",
    values: [cluster, hash, request.namespace],
  });
  const [row] = rows;
  const who = { cluster, traceparent };
  if (!row) {
    await refused(callerOf(env().SOVEREIGN, { ...who, cluster: "unknown" }), {
      act: "admission",
      cause: "credential",
      detail: {},
    });
    throw new AppError("unauthenticated", "This cluster's credential is not known.", {
      remedy: "Register the token's SHA-256 for this cluster, on the page Admission.",
    });
  }
  const question = questionOf(request);
  const place = placeOf(row);
  const approved =
    place?.rule === "owned"
      ? await approvedAt(callerOf(place.tenant, who), place, question)
      : NOTHING;
  const judgement = judgeAdmission(request, question, place, approved, env().CONSOLE_URL);
  if (!judgement.isAllowed && !request.isDryRun) {
    const home = place?.rule === "owned" ? place.tenant : row.sovereign;
    await refused(callerOf(home, who), {
      act: place?.rule === "owned" ? `admission/${request.namespace}` : "admission",
      cause: judgement.code,
      detail: {
        cluster,
        namespace: request.namespace,
        object: `${request.kind}/${request.name}`.slice(0, 300),
        by: request.username.slice(0, 300),
        images: judgement.images.map(({ image }) => image.slice(0, 500)).slice(0, 50),
      },
    });
  }
  return judgement;
}

function placeOf({ rule, owner, environment, service, reason }: PlaceRow): NamespacePlace | null {
  if (rule === "exempt") return { rule, reason: reason ?? "" };
  if (rule !== "owned" || !owner || !environment) return null;
  return { rule, tenant: owner, environment, service };
}

async function approvedAt(
  { tenant }: Caller,
  place: Extract<NamespacePlace, { rule: "owned" }>,
  { images, kept }: ReturnType<typeof questionOf>,
): Promise<ApprovedDigests> {
  const digests = [...images, ...kept].flatMap(({ digest }) => digest ?? []);
  if (digests.length === 0) return NOTHING;
  return withTenant(tenant, "tenant", (tx) => approvedDigests(tx, tenant, place, digests), {
    readOnly: true,
  });
}

/** The cluster as a caller in one tenant's log; it has no scope, so nothing is authorized by it. */
function callerOf(tenant: string, who: { cluster: string; traceparent: string | null }): Caller {
  const credentials = {
    issuer: "urn:sovereign-console:clusters",
    subject: who.cluster,
    tenants: [tenant],
    roles: [],
    scopes: new Set<never>(),
    human: "unknown" as const,
  };
  const call = { requestId: uuidv7(), traceparent: traceparentOf(who.traceparent) };
  return guardService(credentials, tenant, call);
}

/** A denial that can't be written down stays a denial. */
async function refused(...about: Parameters<typeof recordDenial>): Promise<void> {
  await recordDenial(...about).catch((err: unknown) =>
    logger.warn({ err }, "a denied admission could not be recorded"),
  );
}
