import "server-only";
import { createHash, timingSafeEqual } from "node:crypto";
import { uuidv7 } from "uuidv7";
import { readWritten } from "#server/engines/ingest/read-written.ts";
import { recordDenial } from "#server/platform/audit/record-denial.ts";
import { identityPool } from "#server/platform/db/identity-pool.ts";
import { env } from "#server/platform/env/env.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { clientAddress } from "#server/platform/http/client-address.ts";
import { countCall } from "#server/platform/ratelimit/rate-limit.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { traceparentOf } from "#server/platform/telemetry/trace.ts";
import { guardService } from "#server/platform/tenancy/guard.ts";
import type { EventResult, SourceKind } from "./schema.ts";
import { type Entrance, takeWritten } from "./take-written.ts";

interface TokenRow {
  tenant_id: string;
  kind: SourceKind;
  name: string;
  cluster: string | null;
  token_hash: Buffer;
}

/**
 * Takes the body of a registered machine's call. Throws AppError `unauthenticated` for a source or token
 * that is not known (the same words for both), `rate_limited`. What can't be read is refused one by one,
 * kept, and answered as taken care of: a machine would only send it again.
 */
export async function takeFromMachine(
  request: Request,
  { source, token }: { source: string; token: string },
  body: Uint8Array,
): Promise<EventResult[]> {
  const row = await sourceOf(source, token);
  const call = () => ({
    requestId: uuidv7(),
    traceparent: traceparentOf(request.headers.get("traceparent")),
  });
  if (!row) {
    // Guesses are counted by where they come from; a known source is never held up by them.
    await countCall("address", clientAddress(request.headers, env().TRUSTED_PROXIES));
    const nobody = machineIn(env().SOVEREIGN, "unknown", [], call());
    await recordDenial(nobody, { act: "events", cause: "credential" }).catch((err: unknown) =>
      logger.warn({ err }, "a refused sender of events could not be recorded"),
    );
    throw new AppError("unauthenticated", "This source or its token is not known.", {
      remedy: "Register the token's SHA-256 for this source, on the page Received.",
    });
  }
  await countCall("sender", source);
  const entrance: Entrance = {
    caller: (tenant) => machineIn(tenant, row.name, ["runtime.events.write"], call()),
    async ownersOf(cluster, namespaces) {
      const { rows } = await identityPool().query<{ namespace: string; owner: string }>(
        "SELECT namespace, owner FROM app.event_homes($1, $2)",
        [cluster, namespaces],
      );
      return new Map(rows.map(({ namespace, owner }) => [namespace, owner]));
    },
    async tenantsAmong(names) {
      const { rows } = await identityPool().query<{ tenant_id: string }>(
        "SELECT tenant_id FROM app.event_tenants($1)",
        [names],
      );
      return new Set(rows.map(({ tenant_id }) => tenant_id));
    },
  };
  const { tenant_id: owner, kind, name, cluster } = row;
  const events = readWritten(kind, body, cluster ?? name);
  return takeWritten({ owner, cluster, source: { how: "webhook", kind, name } }, events, entrance);
}

async function sourceOf(source: string, token: string): Promise<TokenRow | undefined> {
  const { rows } = await identityPool().query<TokenRow>({
    name: "event_source_tokens",
    text: "SELECT tenant_id, kind, name, cluster, token_hash FROM app.event_source_tokens($1)",
    values: [source],
  });
  const hash = createHash("sha256").update(token).digest();
  return rows.find((row) => timingSafeEqual(row.token_hash, hash));
}

/** The machine as a caller in one tenant's log. */
function machineIn(
  tenant: string,
  name: string,
  scopes: readonly "runtime.events.write"[],
  call: { requestId: string; traceparent: string },
) {
  const credentials = {
    issuer: "urn:sovereign-console:event-sources",
    subject: name,
    tenants: [tenant],
    roles: [],
    scopes: new Set(scopes),
    human: "unknown" as const,
  };
  return guardService(credentials, tenant, call);
}
