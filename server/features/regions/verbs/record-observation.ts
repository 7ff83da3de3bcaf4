import "server-only";
import { notFound } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { lagOf } from "../lag-of.ts";
import { lockStore, observationDigest, regionsOf } from "../region-rows.ts";
import { ObservationRecorded, RecordObservationInput } from "../schema.ts";

/** Seconds until a store is asked again: sooner while something is wrong, or while nothing is known. */
const OBSERVE_EVERY_SECONDS = 15;
const OBSERVE_TROUBLE_EVERY_SECONDS = 5;

/**
 * Notes what a store was seen to be (law 2: record). Only the newest claim is listened to. The log gets
 * an event when what matters changed: a state, a leader, a node, a verdict on the lag; not every beat.
 */
export const recordObservation = verb({
  name: "regions.recordObservation",
  scope: "runtime.regions.observe",
  input: RecordObservationInput,
  output: ObservationRecorded,
  async run({ tx, tenant, input }) {
    const store = await lockStore(tx, tenant, input.storeId);
    if (!store) throw notFound("store");
    if (store.fence !== input.fence || !store.is_leased) {
      return unchanged({ isRecorded: false, state: store.state, changedFrom: null });
    }
    const region = (await regionsOf(tx, tenant)).find((each) => each.region === store.region);
    const [clock] = (await tx.query<{ now: Date; newest: string }>(
      `SELECT clock_timestamp() AS now, coalesce(max(marker_sequence), 0)::text AS newest
       FROM store_observation WHERE tenant_id = $1`,
      [tenant],
    )) as [{ now: Date; newest: string }];
    const before =
      store.marker_sequence !== null && store.marker_written_at
        ? { sequence: Number(store.marker_sequence), writtenAt: store.marker_written_at }
        : null;
    const lag = lagOf({
      role: region?.role ?? null,
      isReplicated: region ? region.replication !== "none" : false,
      marker: input.marker,
      newestSequence: Number(clock.newest),
      before,
      now: clock.now,
      maxLagSeconds: region?.max_lag_seconds ?? 0,
    });
    const digest = observationDigest(input.state, input.facts);
    const isWell = input.state === "active" && lag.reason !== "not-readable";
    await tx.query(UPDATE, [
      tenant,
      store.store_id,
      input.state,
      JSON.stringify(input.facts),
      digest,
      input.detail,
      lag.lag,
      lag.reason,
      // A number that was given out stays given out, whether or not its marker was written.
      lag.marker?.sequence ?? store.marker_sequence,
      lag.marker?.writtenAt ?? store.marker_written_at,
      isWell ? OBSERVE_EVERY_SECONDS : OBSERVE_TROUBLE_EVERY_SECONDS,
    ]);
    const changedFrom = store.state === input.state ? null : store.state;
    const output = { isRecorded: true, state: input.state, changedFrom };
    if (!changedFrom && digest === store.digest && lag.lag === store.lag) return unchanged(output);
    return audited(output, {
      type: "runtime.regions.observed",
      subject: `store/${store.store_id}`,
      outcome: input.state === "active" ? "succeeded" : "failed",
      payload: {
        store: store.store_id,
        from: store.state,
        to: input.state,
        digest,
        lag: lag.lag,
        lagReason: lag.reason,
        detail: input.detail,
      },
    });
  },
});

const UPDATE = `
  UPDATE store_observation SET
    state_since = CASE WHEN state = $3 THEN state_since ELSE clock_timestamp() END, state = $3,
    facts = $4, digest = $5, detail = $6,
    lag_since = CASE WHEN lag = $7 AND lag_reason = $8 THEN lag_since ELSE clock_timestamp() END,
    lag = $7, lag_reason = $8, marker_sequence = $9, marker_written_at = $10,
    observed_at = clock_timestamp(), lease_until = NULL,
    next_observation_at = clock_timestamp() + make_interval(secs => $11)
  WHERE tenant_id = $1 AND store_id = $2`;
