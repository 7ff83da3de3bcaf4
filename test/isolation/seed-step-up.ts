import { randomBytes } from "node:crypto";
import type pg from "pg";
import { uuidv7 } from "uuidv7";
import { LOG_KEY_ACT, logKeyDigest } from "#server/features/retention/log-key-digest.ts";
import { registrationSubject } from "#server/features/step-up/relying-party.ts";
import { issuerOf } from "./identity-file.ts";

interface SignedIn {
  name: string;
  tenant: string;
  sessionId: string;
}

const EACH = 6;

/** What the walk asks for when it changes the log's key: a proof can be made for nothing that isn't known before. */
export const WALK_LOG_KEY = {
  overlapDays: 30,
  compromised: false,
  reason: "The walk needs a new key",
};

/**
 * What only an identity provider or an authenticator can make for somebody who is signed in: proofs
 * for a registration, questions to be answered, keys to be renamed and removed.
 */
export async function seedStepUp(
  admin: pg.Client,
  { name, tenant, sessionId }: SignedIn,
  canary: string,
): Promise<void> {
  const issuer = issuerOf(tenant);
  const registration = registrationSubject(tenant, { issuer, subject: name });
  const logKey = { act: LOG_KEY_ACT, digest: logKeyDigest(tenant, WALK_LOG_KEY) };
  const eventId = uuidv7();
  await admin.query(
    `INSERT INTO audit_event (tenant_id, event_id, type, subject, outcome, actor_kind, actor_ref, trace_id, recorded_at,
       envelope, commitment)
     VALUES ($1, $2, 'runtime.identity.stepped-up', 'step-up-proof/seeded', 'succeeded', 'user', 'user:seeded', 't', now(),
       $3, sha256('x'))`,
    [tenant, eventId, seededEnvelope(tenant, eventId)],
  );
  for (let number = 0; number < EACH; number++) {
    const asked = [
      ["oidc", registration],
      ["webauthn", registration],
      ["registration", registration],
      // Only one change of the key can be under way.
      ...(number === 0 ? ([["oidc", logKey]] as const) : []),
    ] as const;
    for (const [kind, subject] of asked) {
      const attemptId = uuidv7();
      await admin.query(
        `INSERT INTO step_up_attempt (tenant_id, attempt_id, kind, issuer, subject, session_id, act, digest, seed, return_to,
           began_at, expires_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, decode($8, 'hex'), $9, '/', now(), now() + interval '5 hours')`,
        [
          tenant,
          attemptId,
          kind,
          issuer,
          name,
          sessionId,
          subject.act,
          subject.digest,
          randomBytes(32),
        ],
      );
      if (kind !== "oidc") continue;
      await admin.query(
        `INSERT INTO step_up_proof (tenant_id, proof_id, attempt_id, issuer, subject, session_id, act, digest, method, acr,
           amr, auth_time, made_at, expires_at, event_id)
         VALUES ($1, $2, $2, $3, $4, $5, $6, decode($7, 'hex'), 'oidc', '2', '{otp}', now() + interval '5 hours',
           now() + interval '5 hours', now() + interval '10 hours', $8)`,
        [tenant, attemptId, issuer, name, sessionId, subject.act, subject.digest, eventId],
      );
    }
    await admin.query(
      `INSERT INTO security_key (tenant_id, key_id, issuer, subject, credential_id, public_key, sign_count, transports,
         aaguid, is_synced, name, created_at)
       VALUES ($1, $2, $3, $4, $5, '\\x00', 0, '{usb}', '', false, $6, now())`,
      [tenant, uuidv7(), issuer, name, randomBytes(32), `${canary} key ${number}`],
    );
  }
}

/** The envelope of the event that proofs point at: whole, since exports read it. */
function seededEnvelope(tenant: string, eventId: string): string {
  return JSON.stringify({
    id: eventId,
    outcome: "succeeded",
    principal: "user:seeded",
    principalkind: "user",
    specversion: "1.0",
    subject: "step-up-proof/seeded",
    tenant,
    time: new Date().toISOString(),
    traceparent: `00-${"0".repeat(32)}-${"0".repeat(16)}-00`,
    type: "runtime.identity.stepped-up",
  });
}
