import "server-only";
import { backoffSeconds } from "#server/engines/rotation/state-machine.ts";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { FetchesRecorded, RecordFetchesInput } from "../consumers/schema.ts";
import { requireWorker } from "../held-rotation.ts";

/** What was asked and not seen after this long is asked again. */
const PATIENCE_SECONDS = 900;

/** Notes which ExternalSecrets the cluster was asked to fetch, and which it would not. */
export const recordFetches = verb({
  name: "rotation.recordFetches",
  scope: "runtime.consumers.observe",
  input: RecordFetchesInput,
  output: FetchesRecorded,
  async run({ tx, tenant, actor, input: { rotationId, results } }) {
    requireWorker(actor);
    const [rotation] = await tx.query<{ binding_id: string; cause_event_id: string }>(
      "SELECT binding_id, cause_event_id FROM rotation WHERE tenant_id = $1 AND rotation_id = $2",
      [tenant, rotationId],
    );
    if (!rotation) throw notFound("rotation");
    const rows = await tx.query<{
      consumer_id: string;
      namespace: string;
      name: string;
      outcome: string;
    }>(
      `UPDATE secret_consumer c SET fetch_state = f.outcome, fetch_error_code = f.error_code,
         fetch_at = clock_timestamp(), fetch_due_at = clock_timestamp() + make_interval(secs => f.seconds)
       FROM unnest($3::uuid[], $4::text[], $5::text[], $6::int[]) AS f (consumer_id, outcome, error_code, seconds)
       WHERE c.tenant_id = $1 AND c.fetch_rotation_id = $2 AND c.consumer_id = f.consumer_id AND c.fetch_state = 'asking'
       RETURNING c.consumer_id, c.namespace, c.name, f.outcome`,
      [
        tenant,
        rotationId,
        results.map((each) => each.consumerId),
        results.map((each) => each.outcome),
        results.map((each) => each.errorCode),
        results.map(({ outcome }) => (outcome === "later" ? backoffSeconds(3) : PATIENCE_SECONDS)),
      ],
    );
    if (rows.length === 0) return unchanged({ recorded: 0 });
    const asked = rows.filter(({ outcome }) => outcome === "asked");
    return audited(
      { recorded: rows.length },
      {
        type:
          asked.length === rows.length
            ? "runtime.secrets.fetch-asked"
            : "runtime.secrets.fetch-not-asked",
        subject: `secret-binding/${rotation.binding_id}`,
        outcome: asked.length === rows.length ? "succeeded" : "failed",
        causedBy: rotation.cause_event_id,
        payload: {
          rotationId,
          asked: asked.map(({ namespace, name }) => `${namespace}/${name}`),
          errors: [...new Set(results.flatMap(({ errorCode }) => errorCode ?? []))].sort(),
        },
      },
    );
  },
});
