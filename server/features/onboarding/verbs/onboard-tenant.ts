import "server-only";
import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { stepsOf } from "#server/engines/onboarding/tenant-plan.ts";
import { displayNameOf, identityOf, requestApproval } from "#server/features/approvals/index.ts";
import { denialSaid, wordsForDecision } from "#server/platform/authz/denial-words.ts";
import { savePolicyDecision } from "#server/platform/authz/recorded-decision.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { approvedFields, lifecycleRef, tenantFacts } from "../lifecycle-rows.ts";
import { LifecycleOutcome, OnboardTenantInput } from "../schema.ts";

const NEEDS_APPROVAL = "forbid-begin-onboarding-unapproved";

/**
 * Onboards a tenant: one audited act with everything it begins with, in the Sovereign's context. Where the
 * platform's policy asks for it a second person approves; then the worker carries it out, step by step.
 */
export const onboardTenant = verb({
  name: "onboarding.onboard",
  scope: "runtime.tenants.onboard",
  policy: "OnboardTenant",
  input: OnboardTenantInput,
  output: LifecycleOutcome,
  facts: (context) => tenantFacts(context, { environments: environmentsOf(context.input.plan) }),
  async run(context) {
    const { tx, tenant, actor, input, judge } = context;
    const { plan, reason } = input;
    const [known] = await tx.query<{ state: string | null }>(
      "SELECT app.tenant_state($1) AS state",
      [plan.slug],
    );
    if (known?.state) throw taken(plan.slug);
    const begin = judge.decide({
      action: "BeginOnboarding",
      ...(await tenantFacts(context, { environments: environmentsOf(plan), isApproved: false })),
    });
    await savePolicyDecision(tx, tenant, begin);
    const [why, ...more] = begin.outcome === "deny" ? begin.reasons : [];
    if (
      begin.outcome === "deny" &&
      (why !== NEEDS_APPROVAL || more.length > 0 || begin.errors.length > 0)
    ) {
      throw new AppError("forbidden", wordsForDecision(begin), { said: denialSaid(begin) });
    }
    const lifecycleId = uuidv7();
    const eventId = uuidv7();
    const text = canonicalJson(plan as unknown as JsonValue);
    const digest = createHash("sha256").update(text).digest();
    const row = {
      lifecycle_id: lifecycleId,
      act: "onboard" as const,
      slug: plan.slug,
      display_name: plan.displayName,
      plan: JSON.parse(text) as Record<string, unknown>,
      plan_digest: digest,
    };
    const asked =
      begin.outcome === "deny"
        ? await runVouched(requestApproval, context, {
            kind: "onboarding",
            subjectRef: lifecycleRef(lifecycleId),
            subject: approvedFields(row),
            reason,
          })
        : null;
    const state = asked ? ("awaiting_approval" as const) : ("carrying_out" as const);
    const approvalId = asked?.output.requestId ?? null;
    const requester = identityOf(actor);
    const inserted = await tx.query(
      `INSERT INTO tenant_lifecycle (tenant_id, lifecycle_id, act, slug, display_name, plan, plan_digest, reason, state,
         approval_id, requester_issuer, requester_subject, requester_name, request_event_id, requested_at, due_at)
       SELECT $1, $2, 'onboard', $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, now, now FROM clock_timestamp() AS now
       ON CONFLICT (tenant_id, slug) WHERE state IN ('awaiting_approval', 'waiting', 'carrying_out', 'stopped')
         DO NOTHING RETURNING lifecycle_id`,
      [
        tenant,
        lifecycleId,
        plan.slug,
        plan.displayName,
        text,
        digest,
        reason,
        state,
        approvalId,
        requester.issuer,
        requester.subject,
        displayNameOf(actor),
        eventId,
      ],
    );
    if (inserted.length === 0) throw taken(plan.slug);
    const steps = stepsOf(plan);
    await tx.query(
      `INSERT INTO tenant_lifecycle_step (tenant_id, lifecycle_id, step_no, kind, state)
       SELECT $1, $2, place, kind, 'pending' FROM unnest($3::text[]) WITH ORDINALITY AS step (kind, place)`,
      [tenant, lifecycleId, steps],
    );
    return audited(
      { lifecycleId, state, approvalId },
      {
        eventId,
        type: "runtime.tenants.onboarding-requested",
        subject: lifecycleRef(lifecycleId),
        payload: {
          ...(JSON.parse(text) as Record<string, JsonValue>),
          planDigest: digest.toString("hex"),
          steps,
          reason,
          approvalId,
        },
      },
      ...(asked?.events ?? []),
    );
  },
});

function environmentsOf(plan: { environments: readonly { environment: string }[] }): string[] {
  return plan.environments.map(({ environment }) => environment).sort();
}

function taken(slug: string): AppError {
  return new AppError(
    "conflict",
    `plan.slug: a tenant named ${slug} exists already, or is asked for.`,
    {
      said: { key: "onboarding.slugTaken", args: { slug } },
      field: "plan.slug",
      remedy: "Choose another slug: it names the tenant for ever.",
    },
  );
}
