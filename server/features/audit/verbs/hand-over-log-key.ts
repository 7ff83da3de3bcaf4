import "server-only";
import { randomBytes } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { z } from "zod";
import { toHex } from "#server/engines/merkle/bytes.ts";
import { signEnding, signHandover } from "#server/engines/merkle/key-notes.ts";
import {
  formatVerifierKey,
  type NoteSigner,
  noteSigner,
  noteVerifier,
} from "#server/engines/merkle/note-key.ts";
import { wrapForTenant, wrapVersion } from "#server/platform/audit/data-keys.ts";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { missKey } from "#server/platform/audit/key-reading.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { latestCheckpoint } from "../log/log-tree.ts";
import { logOrigin, logSigner } from "../sealing/log-key.ts";
import { holdSequencer, refuseSecondChange } from "../sealing/log-key-change.ts";
import {
  bornAt,
  type LogKeyRow,
  logKeyRows,
  logKeys,
  seedPlace,
  signerOf,
} from "../sealing/log-keys.ts";
import { endLogKey } from "../writes/end-log-key.ts";

/**
 * Gives the log a new key: made here, wrapped, handed over to by a note that both keys sign. With an overlap it is
 * announced under the old key first; a compromised one signs no more from here on.
 */
export const handOverLogKey = verb({
  name: "audit.handOverLogKey",
  scope: "runtime.audit.keys",
  input: z.object({ overlapDays: z.int().min(0), isCompromised: z.boolean() }),
  output: z.object({ number: z.int() }),
  async run({ tx, tenant, actor, input }) {
    if (actor.kind !== "worker") throw new AppError("forbidden", "Only the worker does this.");
    const event = await handOver(tx, tenant, input);
    return audited({ number: event.number }, event.draft);
  },
});

async function handOver(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { overlapDays, isCompromised }: { overlapDays: number; isCompromised: boolean },
): Promise<{ number: number; draft: AuditEventDraft }> {
  await holdSequencer(tx, tenant);
  await refuseSecondChange(tx, tenant, { isCompromised });
  const [clock] = await tx.query<{ now: Date }>(
    "SELECT date_trunc('milliseconds', clock_timestamp()) AS now",
  );
  const now = clock?.now ?? new Date(0);
  await writeFirstKey(tx, tenant);
  // What is handed over is a chain that holds.
  await logKeys(tx, tenant);
  const rows = await logKeyRows(tx, tenant);
  const signing = rows.filter((row) => row.state === "current" || row.state === "retiring");
  const old = signing.find((row) => row.state === "current");
  if (!old)
    throw new AppError("conflict", "The log has no key that signs.", {
      said: { key: "logKey.none" },
    });
  const size = (await latestCheckpoint(tx, tenant))?.treeSize ?? 0n;
  const overlapEndsAt = isCompromised ? null : new Date(now.getTime() + overlapDays * 86_400_000);
  const from = signerOf(tenant, old);
  const number = old.number + 1;
  const to = freshSigner(tenant, rows);
  const handover = signHandover(from, to, {
    firstSize: size + 1n,
    time: now.toISOString(),
    overlapUntil: overlapEndsAt?.toISOString() ?? null,
  });
  const place = seedPlace(number, to.publicKey);
  const wrapped = await wrappedSeed(tx, tenant, Buffer.from(to.seed), place);
  const eventId = uuidv7();
  if (isCompromised) {
    const signers = [...signing.map((row) => signerOf(tenant, row)), to];
    for (const [at, row] of signing.entries()) {
      const [ended, successor] = [signers[at] as NoteSigner, signers[at + 1] as NoteSigner];
      const ending = { lastSize: size, time: now.toISOString(), isRevoked: true };
      await endLogKey(tx, tenant, row, { ...ending, note: signEnding(ended, successor, ending) });
    }
  } else {
    await tx.query(
      "UPDATE audit_log_key SET overlap_ends_at = $3 WHERE tenant_id = $1 AND number = $2",
      [tenant, old.number, overlapEndsAt],
    );
  }
  await tx.query(
    `INSERT INTO audit_log_key (tenant_id, number, public_key, wrapped, state, first_size, begins_at, handover, handover_event_id)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [
      tenant,
      number,
      Buffer.from(to.publicKey),
      wrapped,
      isCompromised ? "current" : "announced",
      (size + 1n).toString(),
      now,
      handover,
      eventId,
    ],
  );
  const draft: AuditEventDraft = {
    eventId,
    type: isCompromised ? "runtime.audit.log-key-revoked" : "runtime.audit.log-key-announced",
    subject: `log-key/${number}`,
    payload: {
      number,
      before: old.number,
      vkey: formatVerifierKey(to),
      beforeVkey: formatVerifierKey(from),
      afterSize: size.toString(),
      overlapUntil: overlapEndsAt?.toISOString() ?? null,
      handover,
    },
  };
  return { number, draft };
}

/** Under the tenant's key that is in force until this transaction has ended: one that is gone would wrap it for nobody. */
async function wrappedSeed(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  seed: Buffer,
  place: string,
): Promise<Buffer> {
  const [key] = await tx.query<{ version: number }>(
    "SELECT version FROM audit_wrap_key WHERE tenant_id = $1 AND wrapped IS NOT NULL FOR SHARE",
    [tenant],
  );
  // The worker makes it soon after an organization's beginning; the act waits for it.
  if (!key) throw new Error("there is no key yet that a seed is wrapped with");
  const wrapped = wrapForTenant(tenant, seed, place);
  if (!wrapped || wrapVersion(tenant) !== key.version) {
    missKey(tenant);
    throw new Error("another process changed the key that seeds are wrapped with");
  }
  return wrapped;
}

async function writeFirstKey(tx: TenantTx, tenant: AuthorizedTenantId): Promise<void> {
  await tx.query(
    `INSERT INTO audit_log_key (tenant_id, number, public_key, state, first_size, begins_at)
     SELECT $1, 1, $2, 'current', 0, $3
     WHERE NOT EXISTS (SELECT FROM audit_log_key WHERE tenant_id = $1)`,
    [tenant, Buffer.from(logSigner(tenant).publicKey), await bornAt(tx, tenant)],
  );
}

/** Two keys of one log with the same id could not be told apart by a note's reader. */
function freshSigner(tenant: AuthorizedTenantId, rows: readonly LogKeyRow[]): NoteSigner {
  const origin = logOrigin(tenant);
  const taken = rows.map((row) =>
    toHex(noteVerifier(origin, new Uint8Array(row.public_key)).keyId),
  );
  for (;;) {
    const signer = noteSigner(origin, new Uint8Array(randomBytes(32)));
    if (!taken.includes(toHex(signer.keyId))) return signer;
  }
}
