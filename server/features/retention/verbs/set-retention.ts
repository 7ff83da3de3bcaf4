import "server-only";
import { uuidv7 } from "uuidv7";
import { RETENTION_CLASSES } from "#server/engines/retention/retention-classes.ts";
import { slugOf } from "#server/engines/words/slug-of.ts";
import { displayNameOf } from "#server/features/approvals/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { openAct } from "../act-rows.ts";
import { daysOf } from "../rules.ts";
import { ActOutcome, SetRetentionInput } from "../schema.ts";
import { saveRule } from "../writes/save-rule.ts";

/**
 * Says how long events of a class are kept. Longer holds at once; shorter takes a second person. Throws `invalid`
 * below what the law asks.
 */
export const setRetention = verb({
  name: "retention.set",
  scope: "runtime.retention.manage",
  input: SetRetentionInput,
  output: ActOutcome,
  async run(context) {
    const { tx, tenant, actor, input } = context;
    const { leastDays, source } = RETENTION_CLASSES[input.class];
    if (input.days < leastDays) {
      throw new AppError("invalid", `days: must be at least ${leastDays} (${source})`, {
        field: "days",
        said: {
          key: "retentionLeast",
          args: { days: leastDays },
          parts: { source: [{ key: `lawSource.${slugOf(source)}` }] },
        },
      });
    }
    const now = await daysOf(tx, tenant, input.class);
    if (now === input.days) return unchanged({ actId: null, state: "done" as const });
    const plan = { class: input.class, days: input.days, before: now };
    if (input.days < now) {
      const opened = await openAct(context, {
        kind: "shortening",
        plan,
        reason: input.reason,
        asks: true,
      });
      return audited({ actId: opened.actId, state: opened.state }, ...opened.events);
    }
    const eventId = uuidv7();
    await saveRule(tx, tenant, { ...input, savedBy: displayNameOf(actor), eventId });
    return audited(
      { actId: null, state: "done" as const },
      {
        eventId,
        type: "runtime.retention.set",
        subject: `retention-class/${input.class}`,
        payload: {
          ...plan,
          reason: input.reason,
          before: { days: now },
          after: { days: input.days },
        },
      },
    );
  },
});
