import "server-only";
import { createHash } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";
import { OFFBOARD_STEPS } from "#server/engines/onboarding/steps.ts";
import { displayNameOf, identityOf, requestApproval } from "#server/features/approvals/index.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";
import { inputSaid } from "#server/platform/errors/input-said.ts";
import { runVouched } from "#server/platform/run-within.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { approvedFields, lifecycleRef, tenantFacts } from "../lifecycle-rows.ts";
import { recipientKeyProblem } from "../recipient-key.ts";
import { LifecycleOutcome, OffboardTenantInput } from "../schema.ts";

/**
 * Asks to offboard a tenant: approved by a second sovereign-admin, then a waiting period in which it can
 * be canceled, then export, removal and destruction of its keys. Throws `invalid` naming the field.
 */
export const offboardTenant = verb({
  name: "onboarding.offboard",
  scope: "runtime.tenants.offboard",
  policy: "OffboardTenant",
  input: OffboardTenantInput,
  output: LifecycleOutcome,
  facts: (context) => tenantFacts(context, {}),
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const { slug, reason, waitDays, keepExportDays, recipientKey } = input;
    if (input.confirmSlug !== slug) throw invalid("confirmSlug", "must be the tenant's name again");
    const problem = recipientKeyProblem(recipientKey);
    if (problem) throw invalid("recipientKey", problem);
    const organizations = await tx.query<{
      tenant_id: string;
      display_name: string;
      state: string;
    }>("SELECT * FROM app.organizations()");
    const target = organizations.find((each) => each.tenant_id === slug);
    if (!target) throw notFound("tenant");
    if (target.state === "offboarding" || target.state === "offboarded") {
      throw new AppError("conflict", `${slug} is ${target.state} already.`, {
        said: { key: "onboarding.leaving", args: { slug } },
        field: "slug",
      });
    }
    const lifecycleId = uuidv7();
    const eventId = uuidv7();
    const text = canonicalJson({ waitDays, keepExportDays, recipientKey });
    const digest = createHash("sha256").update(text).digest();
    const row = {
      lifecycle_id: lifecycleId,
      act: "offboard" as const,
      slug,
      display_name: target.display_name,
      plan: { waitDays, keepExportDays, recipientKey },
      plan_digest: digest,
    };
    const asked = await runVouched(requestApproval, context, {
      kind: "offboarding",
      subjectRef: lifecycleRef(lifecycleId),
      subject: approvedFields(row),
      reason,
    });
    const requester = identityOf(actor);
    const inserted = await tx.query(
      `INSERT INTO tenant_lifecycle (tenant_id, lifecycle_id, act, slug, display_name, plan, plan_digest, reason, state,
         approval_id, requester_issuer, requester_subject, requester_name, request_event_id, requested_at, due_at)
       SELECT $1, $2, 'offboard', $3, $4, $5, $6, $7, 'awaiting_approval', $8, $9, $10, $11, $12, now, now
       FROM clock_timestamp() AS now
       ON CONFLICT (tenant_id, slug) WHERE state IN ('awaiting_approval', 'waiting', 'carrying_out', 'stopped')
         DO NOTHING RETURNING lifecycle_id`,
      [
        tenant,
        lifecycleId,
        slug,
        target.display_name,
        text,
        digest,
        reason,
        asked.output.requestId,
        requester.issuer,
        requester.subject,
        displayNameOf(actor),
        eventId,
      ],
    );
    if (inserted.length === 0) {
      throw new AppError("conflict", `Something is under way about ${slug} already.`, {
        said: { key: "onboarding.underWay", args: { slug } },
        field: "slug",
        remedy: "Cancel that first, or wait for its end.",
      });
    }
    await tx.query(
      `INSERT INTO tenant_lifecycle_step (tenant_id, lifecycle_id, step_no, kind, state)
       SELECT $1, $2, place, kind, 'pending' FROM unnest($3::text[]) WITH ORDINALITY AS step (kind, place)`,
      [tenant, lifecycleId, [...OFFBOARD_STEPS]],
    );
    return audited(
      { lifecycleId, state: "awaiting_approval" as const, approvalId: asked.output.requestId },
      {
        eventId,
        type: "runtime.tenants.offboarding-requested",
        subject: lifecycleRef(lifecycleId),
        payload: {
          slug,
          reason,
          waitDays,
          keepExportDays,
          recipientKeyDigest: createHash("sha256").update(recipientKey).digest("hex"),
          approvalId: asked.output.requestId,
        },
      },
      ...asked.events,
    );
  },
});

function invalid(field: string, words: string): AppError {
  return new AppError("invalid", `${field}: ${words}`, { said: inputSaid(words, field), field });
}
