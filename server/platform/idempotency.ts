import "server-only";
import { createHash } from "node:crypto";
import superjson, { type SuperJSONResult } from "superjson";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { actorKey, type Caller } from "./actor.ts";
import { actorReference } from "./audit/payload-cipher.ts";
import type { TenantTx } from "./db/tenant-transaction.ts";
import { AppError } from "./errors/app-error.ts";

/** As plain JSON that keeps dates and big integers apart from texts, in both directions. */
function toPlain(value: unknown): JsonValue {
  return JSON.parse(superjson.stringify(value ?? null)) as JsonValue;
}

function requestDigest(verbName: string, input: unknown): Buffer {
  const plain = toPlain(input);
  return createHash("sha256")
    .update(`${verbName}\n${canonicalJson(plain)}`)
    .digest();
}

function reference(caller: Caller): string {
  return actorReference(caller.tenant, caller.actor.kind, actorKey(caller.actor));
}

/**
 * The answer given before under this idempotency key, if any. The key is locked for the rest of
 * the transaction, so that two calls at once happen one after the other.
 * Throws `conflict` when the key was used for another request.
 */
export async function replayedResponse(
  tx: TenantTx,
  caller: Caller,
  verbName: string,
  input: unknown,
): Promise<{ response: unknown } | undefined> {
  if (!caller.idempotencyKey) return undefined;
  const owner = reference(caller);
  await tx.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", [
    `${caller.tenant}|${owner}|${caller.idempotencyKey}`,
  ]);
  const [row] = await tx.query<{ request_digest: Buffer; response: SuperJSONResult }>(
    "SELECT request_digest, response FROM idempotency_key WHERE tenant_id = $1 AND actor_ref = $2 AND key = $3",
    [caller.tenant, owner, caller.idempotencyKey],
  );
  if (!row) return undefined;
  if (!row.request_digest.equals(requestDigest(verbName, input))) {
    throw new AppError("conflict", "This idempotency key was used for another request.", {
      said: { key: "keyUsed" },
      field: "Idempotency-Key",
      remedy: "Use a new key for a new request.",
    });
  }
  return { response: superjson.deserialize(row.response) };
}

export async function saveResponse(
  tx: TenantTx,
  caller: Caller,
  verbName: string,
  input: unknown,
  response: unknown,
): Promise<void> {
  if (!caller.idempotencyKey) return;
  await tx.query(
    `INSERT INTO idempotency_key (tenant_id, actor_ref, key, verb, request_digest, response)
     VALUES ($1, $2, $3, $4, $5, $6)`,
    [
      caller.tenant,
      reference(caller),
      caller.idempotencyKey,
      verbName,
      requestDigest(verbName, input),
      JSON.stringify(toPlain(response)),
    ],
  );
}
