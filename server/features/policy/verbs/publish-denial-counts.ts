import "server-only";
import { z } from "zod";
import type { AuditEventDraft } from "#server/platform/audit/event.ts";
import { audited, unchanged, verb } from "#server/platform/verb.ts";

interface EndedWindow {
  denial_key: string;
  act: string;
  cause: string;
  first_event_id: string | null;
  suppressed: number;
  last_at: Date;
}

/** Publishes how many denials each ended window counted after its first, and clears the windows. */
export const publishDenialCounts = verb({
  name: "policy.publishDenialCounts",
  scope: "runtime.denials.publish",
  input: z.object({}),
  output: z.object({ published: z.number() }),
  async run({ tx, tenant }) {
    const ended = await tx.query<EndedWindow>(
      `DELETE FROM denial_window w USING (
         SELECT denial_key FROM denial_window
         WHERE tenant_id = $1 AND window_ends_at <= clock_timestamp()
         ORDER BY denial_key LIMIT 200 FOR UPDATE SKIP LOCKED) ended
       WHERE w.tenant_id = $1 AND w.denial_key = ended.denial_key
       RETURNING w.denial_key, w.act, w.cause, w.first_event_id, w.suppressed, w.last_at`,
      [tenant],
    );
    const [first, ...more] = ended.filter(({ suppressed }) => suppressed > 0).map(countEvent);
    if (!first) return unchanged({ published: 0 });
    return audited({ published: 1 + more.length }, first, ...more);
  },
});

function countEvent(window: EndedWindow): AuditEventDraft {
  return {
    type: "runtime.access.denials-counted",
    subject: `act/${window.act}`,
    outcome: "denied",
    payload: {
      act: window.act,
      cause: window.cause,
      further: window.suppressed,
      lastAt: window.last_at.toISOString(),
    },
    ...(window.first_event_id ? { causedBy: window.first_event_id } : {}),
  };
}
