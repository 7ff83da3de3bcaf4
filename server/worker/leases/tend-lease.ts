import "server-only";
import type { z } from "zod";
import type { ClaimedLease, RecordLeaseInput } from "#server/features/leases/schema.ts";
import { claimLease } from "#server/features/leases/verbs/claim-lease.ts";
import { recordLease } from "#server/features/leases/verbs/record-lease.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import type { Caller } from "#server/platform/actor.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import { makeOutside, type Outside } from "../rotation/outside.ts";
import { OutsideTrouble } from "../rotation/outside-trouble.ts";
import { issueLost, issueNew, searchForIssued } from "./issue.ts";
import { lookAgain, renew } from "./look-again.ts";
import { revoke } from "./revoke.ts";

export interface LeaseDependencies {
  vault: OpenBaoClient;
  /** Names this replica. */
  owner: string;
  leaseSeconds: number;
  failpoint?: string;
}

/** One claimed lease under way. */
export interface LeaseWork {
  lease: ClaimedLease;
  vault: OpenBaoClient;
  outside: Outside;
  caller: Caller;
  record(
    entry: Omit<z.input<typeof RecordLeaseInput>, "leaseId" | "hold">,
  ): Promise<z.output<typeof recordLease.output>>;
}

const SCOPES = ["runtime.rotations.execute", "runtime.alerts.raise"] as const;

/**
 * Claims a due lease and does what its state calls for. Does nothing when another worker has it.
 * Whatever goes wrong outside is noted, and tried again after a pause that grows.
 */
export async function tendLease(
  { vault, owner, leaseSeconds, failpoint }: LeaseDependencies,
  { tenantId, leaseId }: { tenantId: string; leaseId: string },
): Promise<void> {
  const work = { tenantId, name: "leases", scopes: SCOPES };
  const claimedAtMillis = performance.now();
  const claim = { leaseId, owner, seconds: leaseSeconds };
  const { claimed: lease } = await runVerb(claimLease, workerCaller(work), claim);
  if (!lease) return;
  const caller = workerCaller({ ...work, causedBy: lease.causeEventId });
  const hold = { kind: "claim", fence: lease.fence } as const;
  const held: LeaseWork = {
    lease,
    vault,
    outside: makeOutside({ leaseSeconds, claimedAtMillis, failpoint }),
    caller,
    record: (entry) => runVerb(recordLease, caller, { leaseId, hold, ...entry }),
  };
  try {
    await actOn(held);
  } catch (error) {
    const trouble = troubleOf(error);
    if (!trouble) throw error;
    await held.record({ to: lease.state, trouble });
  }
}

function actOn(work: LeaseWork): Promise<unknown> {
  switch (work.lease.state) {
    case "issuing":
      return issueNew(work);
    case "issued":
      return issueLost(work);
    case "indeterminate":
      return searchForIssued(work);
    case "renewing":
      return renew(work);
    case "revoking":
      return revoke(work);
    default:
      return lookAgain(work);
  }
}

function troubleOf(error: unknown): { errorCode: string; errorText: string } | null {
  if (error instanceof OutsideTrouble) return error.trouble;
  if (error instanceof OpenBaoError) {
    return { errorCode: `vault_${error.failure}`, errorText: error.message };
  }
  return null;
}
