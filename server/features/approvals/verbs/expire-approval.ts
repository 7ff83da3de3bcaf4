import "server-only";
import { z } from "zod";
import { audited, unchanged, verb } from "#server/platform/verb.ts";
import { approvalEvent } from "../approval-events.ts";
import { lockRequest } from "../approval-rows.ts";
import { RequestId } from "../schema.ts";
import { setRequestState } from "../set-request-state.ts";

/** Closes a request whose time is over by the database's clock; anything else stays as it is. */
export const expireApproval = verb({
  name: "approvals.expire",
  scope: "runtime.approvals.expire",
  input: RequestId,
  output: z.object({ hasExpired: z.boolean() }),
  async run({ tx, tenant, input }) {
    const row = await lockRequest(tx, tenant, input.requestId);
    const isPending = row.state === "open" || row.state === "approved";
    if (!isPending || !row.is_expired) return unchanged({ hasExpired: false });
    await setRequestState(tx, tenant, row.request_id, "expired");
    return audited(
      { hasExpired: true },
      approvalEvent(row, "expired", { expiresAt: row.expires_at.toISOString() }),
    );
  },
});
