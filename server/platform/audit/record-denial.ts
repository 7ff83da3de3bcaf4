import "server-only";
import { createHash } from "node:crypto";
import { actorKey, type Caller } from "../actor.ts";
import { type TenantTx, withTenant } from "../db/tenant-transaction.ts";
import { emitEvent } from "./emit.ts";
import type { AuditEventDraft } from "./event.ts";

const WINDOW_SECONDS = 60;

export interface Denial {
  /** The verb or procedure that was refused. */
  act: string;
  /** Why, as a code: `cross-site`, `tenant`, `scope`, `policy`. */
  cause: string;
  detail?: AuditEventDraft["payload"];
  /** Writes that belong to the denial, such as the policy decision. */
  alongside?: (tx: TenantTx) => Promise<void>;
}

/**
 * Commits a denial to the caller's own tenant log (law 5). Under flood, the first of a window is
 * written and the rest are counted; the count is published when the window ends.
 */
export async function recordDenial(caller: Caller, denial: Denial): Promise<void> {
  const login = caller.actor.kind === "worker" ? "worker" : "tenant";
  await withTenant(caller.tenant, login, async (tx) => {
    const key = createHash("sha256")
      .update(`${actorKey(caller.actor)}\n${denial.act}\n${denial.cause}`)
      .digest("hex");
    const [window] = await tx.query<{ is_first: boolean; flushed: number }>(COUNT_IN_WINDOW, [
      caller.tenant,
      key,
      WINDOW_SECONDS,
      denial.act.slice(0, 200),
      denial.cause.slice(0, 200),
    ]);
    if (!window?.is_first) return;
    await denial.alongside?.(tx);
    const eventId = await emitEvent(tx, caller, {
      type: "runtime.access.denied",
      subject: `act/${denial.act}`,
      outcome: "denied",
      payload: {
        act: denial.act,
        cause: denial.cause,
        ...denial.detail,
        ...(window.flushed > 0 ? { suppressedBefore: window.flushed } : {}),
      },
    });
    // The count, published when the window ends, says which denial it continues.
    await tx.query(
      "UPDATE denial_window SET first_event_id = $3 WHERE tenant_id = $1 AND denial_key = $2",
      [caller.tenant, key, eventId],
    );
  });
}

// The row lock makes concurrent denials count one after the other.
const COUNT_IN_WINDOW = `
  WITH before AS (
    SELECT suppressed, window_ends_at <= clock_timestamp() AS is_over
    FROM denial_window WHERE tenant_id = $1 AND denial_key = $2 FOR UPDATE
  )
  INSERT INTO denial_window AS w (tenant_id, denial_key, window_ends_at, suppressed, last_at, act, cause)
  VALUES ($1, $2, clock_timestamp() + make_interval(secs => $3), 0, clock_timestamp(), $4, $5)
  ON CONFLICT (tenant_id, denial_key) DO UPDATE SET
    suppressed = CASE WHEN w.window_ends_at <= clock_timestamp() THEN 0 ELSE w.suppressed + 1 END,
    window_ends_at = CASE WHEN w.window_ends_at <= clock_timestamp() THEN excluded.window_ends_at ELSE w.window_ends_at END,
    last_at = excluded.last_at
  RETURNING suppressed = 0 AS is_first, coalesce((SELECT suppressed FROM before WHERE is_over), 0) AS flushed`;
