import "server-only";
import { uuidv7 } from "uuidv7";
import { sinkTarget } from "#server/engines/delivery/sink-target.ts";
import { audited, verb } from "#server/platform/verb.ts";
import { refuseTarget } from "../refuse-target.ts";
import { AskCheckInput, CheckAsked } from "../schema.ts";

/** Has the worker try a configuration, saved or not (law 2: begin). */
export const askCheck = verb({
  name: "delivery.askCheck",
  scope: "runtime.delivery.manage",
  input: AskCheckInput,
  output: CheckAsked,
  async run({ tx, tenant, input: { config } }) {
    refuseTarget(config);
    const [checkId, eventId] = [uuidv7(), uuidv7()];
    await tx.query(
      `INSERT INTO sink_check (tenant_id, check_id, config, state, cause_event_id, asked_at)
       VALUES ($1, $2, $3, 'asked', $4, clock_timestamp())`,
      [tenant, checkId, JSON.stringify(config), eventId],
    );
    return audited(
      { checkId },
      {
        eventId,
        type: "runtime.delivery.check-asked",
        subject: `sink-check/${checkId}`,
        payload: { kind: config.kind, target: sinkTarget(config) },
      },
    );
  },
});
