import { createHash, randomBytes } from "node:crypto";
import type pg from "pg";
import { uuidv7 } from "uuidv7";
import { ACT, requestDigest } from "#server/features/break-glass/request-digest.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import { issuerOf } from "./identity-file.ts";

type Insert = (table: string, row: Record<string, unknown>) => Promise<unknown>;

const DAY = 86_400_000;

/** Reviews of access, one open and decided, one closed; and declarations and uses of break-glass. */
export async function seedAccess(
  insert: Insert,
  {
    client,
    tenantId,
    canary,
    eventId,
    now,
  }: { client: pg.Client; tenantId: string; canary: string; eventId: string; now: Date },
): Promise<void> {
  // One review is open at a time, and the walk may begin anew on the same database.
  const before = await client.query("SELECT FROM access_campaign WHERE tenant_id = $1", [tenantId]);
  if (before.rows.length > 0) return;
  const issuer = `https://${canary}.example/realms/one`;
  const later = new Date(now.getTime() + 14 * DAY);
  await insert("access_directory_run", { due_at: later, lease_owner: canary });
  await insert("access_directory", {
    issuer,
    realm: canary,
    tried_at: now,
    failing_since: now,
    failure_code: "unreachable",
    removes_roles: false,
    administrator: canary,
  });
  await insert("access_standing_role", {
    issuer,
    subject: canary,
    role: "developer",
    person_name: canary,
    person_kind: "user",
    is_enabled: true,
    first_seen_at: now,
  });
  await insert("access_review_policy", {
    version: 1,
    is_enabled: true,
    period_days: 90,
    answer_days: 14,
    remind_after_days: [7],
    reviewer_roles: ["security-officer"],
    next_start_at: later,
    updated_by_name: canary,
    updated_at: now,
  });
  for (const state of ["closed", "open"] as const) {
    const campaignId = uuidv7();
    const record = JSON.stringify({ items: [], note: canary });
    await insert("access_campaign", {
      campaign_id: campaignId,
      trigger: "schedule",
      state,
      reviewer_roles: ["security-officer"],
      started_by_name: canary,
      start_event_id: eventId,
      started_at: now,
      due_at: later,
      remind_at: [],
      ...(state === "open"
        ? {}
        : {
            closed_at: now,
            closed_by_name: canary,
            close_note: canary,
            record,
            record_digest: createHash("sha256").update(record).digest(),
          }),
    });
    await insert("access_campaign_source", {
      campaign_id: campaignId,
      issuer,
      realm: canary,
      read_at: now,
    });
    for (let number = 0; number < (state === "open" ? 12 : 1); number++) {
      await insert("access_item", {
        item_id: uuidv7(),
        campaign_id: campaignId,
        kind: "role",
        issuer,
        subject: `${canary}-${number}`,
        person_name: canary,
        person_kind: "user",
        is_enabled: true,
        what: "developer",
        decision: "keep",
        reason: canary,
        decided_by_issuer: issuer,
        decided_by_subject: `${canary}-reviewer`,
        decided_by_name: canary,
        decided_at: now,
      });
    }
  }
  await seedBreakGlass(insert, { tenantId, canary, issuer, eventId, now });
}

interface Glass {
  tenantId: string;
  canary: string;
  issuer: string;
  eventId: string;
  now: Date;
}

const PERSON_SCOPES = ["runtime.secrets.rotate"];

/** Others' uses that are over and wait for a review, and one of the walk's first person that is live. */
async function seedBreakGlass(insert: Insert, { tenantId, canary, issuer, eventId, now }: Glass) {
  const declare = async (person: { person_issuer: string; person_subject: string }) => {
    const principalId = uuidv7();
    await insert("break_glass_principal", {
      principal_id: principalId,
      ...person,
      person_name: canary,
      environment: "prod",
      scopes: PERSON_SCOPES,
      max_minutes: 30,
      reason: canary,
      state: "active",
      declared_by_name: canary,
      declare_event_id: eventId,
      declared_at: now,
      active_since: now,
    });
    return principalId;
  };
  for (let number = 0; number < 8; number++) {
    const isLive = number === 7;
    const person = {
      person_issuer: isLive ? issuerOf(tenantId) : issuer,
      person_subject: isLive ? "asker" : `${canary}-glass-${number}`,
    };
    const principalId = await declare(person);
    const grantId = uuidv7();
    const starts = new Date(now.getTime() - (isLive ? 0 : 7_200_000));
    const ends = new Date(starts.getTime() + 3_600_000);
    await insert("elevation_grant", {
      grant_id: grantId,
      kind: "break-glass",
      environment: "prod",
      ...person,
      person_name: canary,
      scopes: PERSON_SCOPES,
      reason: canary,
      starts_at: starts,
      ends_at: ends,
      state: isLive ? "granted" : "expired",
      grant_event_id: eventId,
      created_at: starts,
    });
    const alertId = uuidv7();
    await insert("alert", {
      alert_id: alertId,
      kind: "break-glass",
      severity: "critical",
      subject_ref: `break-glass-principal/${principalId}`,
      detail: canary,
      created_at: now,
    });
    await insert("break_glass_use", {
      use_id: uuidv7(),
      principal_id: principalId,
      grant_id: grantId,
      reason: canary,
      request_digest: createHash("sha256").update(canary).digest(),
      use_event_id: eventId,
      alert_id: alertId,
      started_at: starts,
      ends_at: ends,
      review: "due",
      ...person,
    });
  }
}

/** What the walk asks for when it breaks glass: a proof can be made for nothing that isn't known before. */
export const WALK_GLASS = { minutes: 15, reason: "The walk needs to get in" };

/** Somebody with no other role, declared, and with a factor given for exactly that. */
export async function seedFireman(
  admin: pg.Client,
  { name, tenant, sessionId }: { name: string; tenant: string; sessionId: string },
): Promise<void> {
  const issuer = issuerOf(tenant);
  // The newest by its id, so that the walk finds it among all that are declared.
  const principalId = `ffffffff-ffff-7fff-bfff-${randomBytes(6).toString("hex")}`;
  const proofId = uuidv7();
  const digest = requestDigest(
    mintAuthorizedTenant(tenant),
    {
      principal_id: principalId,
      person_issuer: issuer,
      person_subject: name,
      environment: "prod",
      scopes: PERSON_SCOPES,
    },
    WALK_GLASS,
  );
  const declared = await admin.query(
    `INSERT INTO break_glass_principal (tenant_id, principal_id, person_issuer, person_subject, person_name, environment,
       scopes, max_minutes, reason, state, declared_by_name, declare_event_id, declared_at, active_since)
     SELECT $1, $2, $3, $4, $4, 'prod', $5, 30, 'walk', 'active', 'walk', event_id, now(), now()
     FROM audit_event WHERE tenant_id = $1 LIMIT 1
     ON CONFLICT DO NOTHING`,
    [tenant, principalId, issuer, name, PERSON_SCOPES],
  );
  if (declared.rowCount === 0) return;
  const bound = [tenant, proofId, issuer, name, sessionId, ACT, digest];
  await admin.query(
    `INSERT INTO step_up_attempt (tenant_id, attempt_id, kind, issuer, subject, session_id, act, digest, seed, return_to,
       began_at, expires_at, ended_at, outcome)
     VALUES ($1, $2, 'oidc', $3, $4, $5, $6, decode($7, 'hex'), sha256('walk'), '/', now(), now() + interval '5 hours', now(),
       'proved')`,
    bound,
  );
  await admin.query(
    `INSERT INTO step_up_proof (tenant_id, proof_id, attempt_id, issuer, subject, session_id, act, digest, method, acr, amr,
       auth_time, made_at, expires_at, event_id)
     SELECT $1, $2, $2, $3, $4, $5, $6, decode($7, 'hex'), 'oidc', '2', '{otp}', now() + interval '5 hours',
       now() + interval '5 hours', now() + interval '10 hours', event_id FROM audit_event WHERE tenant_id = $1 LIMIT 1`,
    bound,
  );
}
