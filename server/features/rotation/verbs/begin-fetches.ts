import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { PROMOTED_AT } from "../consumers/look-facts.ts";
import { BeginFetchesInput, FetchesBegun } from "../consumers/schema.ts";
import { requireWorker } from "../held-rotation.ts";

const AT_ONCE = 50;
const MOST_ATTEMPTS = 5;
/** How long a worker may take to ask before another does. */
const LEASE_SECONDS = 60;

/**
 * Takes up the ExternalSecrets of a promoted rotation that have not fetched the new value, to ask the
 * cluster that they do (law 2). None when all have, or were asked a short while ago.
 */
export const beginFetches = verb({
  name: "rotation.beginFetches",
  scope: "runtime.consumers.observe",
  input: BeginFetchesInput,
  output: FetchesBegun,
  async run({ tx, tenant, actor, input: { rotationId } }) {
    requireWorker(actor);
    const [rotation] = await tx.query<{
      binding_id: string;
      cause_event_id: string;
      promoted: string | null;
    }>(
      `SELECT r.binding_id, r.cause_event_id, floor(extract(epoch FROM (${PROMOTED_AT})))::text AS promoted
       FROM rotation r WHERE r.tenant_id = $1 AND r.rotation_id = $2`,
      [tenant, rotationId],
    );
    if (!rotation) throw notFound("rotation");
    if (!rotation.promoted) return unchanged({ begun: [] });
    const rows = await tx.query<{
      consumer_id: string;
      namespace: string;
      name: string;
      attempt: number;
    }>(
      `WITH due AS (
         SELECT consumer_id FROM secret_consumer
         WHERE tenant_id = $1 AND binding_id = $3 AND kind = 'external-secret' AND gone_at IS NULL
           AND state <> 'moved' AND reason IN ('not-refreshed', 'snapshot-older')
           AND (fetch_rotation_id IS DISTINCT FROM $2
             OR (fetch_state <> 'refused' AND fetch_due_at <= clock_timestamp() AND fetch_attempt < ${MOST_ATTEMPTS}))
         ORDER BY consumer_id LIMIT ${AT_ONCE} FOR UPDATE)
       UPDATE secret_consumer c SET fetch_state = 'asking', fetch_rotation_id = $2, fetch_error_code = NULL,
         fetch_attempt = CASE WHEN c.fetch_rotation_id = $2 THEN c.fetch_attempt + 1 ELSE 1 END,
         fetch_at = clock_timestamp(), fetch_due_at = clock_timestamp() + make_interval(secs => $4)
       FROM due WHERE c.tenant_id = $1 AND c.consumer_id = due.consumer_id
       RETURNING c.consumer_id, c.namespace, c.name, c.fetch_attempt AS attempt`,
      [tenant, rotationId, rotation.binding_id, LEASE_SECONDS],
    );
    if (rows.length === 0) return unchanged({ begun: [] });
    const begun = rows.map(({ consumer_id: consumerId, namespace, name, attempt }) => ({
      consumerId,
      namespace,
      name: name.replace("ExternalSecret/", ""),
      mark: `${rotation.promoted}-${attempt}`,
    }));
    return audited(
      { begun },
      {
        type: "runtime.secrets.fetch-begun",
        subject: `secret-binding/${rotation.binding_id}`,
        causedBy: rotation.cause_event_id,
        payload: {
          rotationId,
          externalSecrets: begun.map(({ namespace, name }) => `${namespace}/${name}`),
        },
      },
    );
  },
});
