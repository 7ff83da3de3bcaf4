import "server-only";
import type { z } from "zod";
import { leaseByRef, openLeaseOfRotation } from "#server/features/leases/queries.ts";
import type { HeldLease, RecordLeaseInput } from "#server/features/leases/schema.ts";
import { openRotationLease } from "#server/features/leases/verbs/open-rotation-lease.ts";
import { recordLease } from "#server/features/leases/verbs/record-lease.ts";
import type { OpenbaoDynamic } from "#server/features/rotation/schema.ts";
import type { DynamicCredential } from "#server/integrations/openbao/database-engine.ts";
import { huntOrphans } from "../../../leases/hunt-orphans.ts";
import type { RotationRun } from "../../rotation-run.ts";

type Entry = Omit<z.input<typeof RecordLeaseInput>, "hold" | "leaseId">;
export type RotationLedger = ReturnType<typeof rotationLedger>;

/** After that the worker that tends leases goes on with what this rotation left. */
const TAKE_OVER_SECONDS = 120;

/** What a rotation writes into the ledger of leases, under its own fence. */
export function rotationLedger(run: RotationRun) {
  const { rotationId, fence } = run.claim;
  const hold = { kind: "rotation", rotationId, fence } as const;
  const record = (leaseId: string, entry: Entry) =>
    run.perform(recordLease, { leaseId, hold, ...entry });
  const ofRef = (leaseRef: string) => run.reading((tx, tenant) => leaseByRef(tx, tenant, leaseRef));

  /** Searches for what may have been made and was not recorded. */
  async function hunt(lease: HeldLease, { mount, role, isExclusive }: OpenbaoDynamic) {
    if (!lease.attemptedAt) return { kind: "clean", ended: 0 } as const;
    const { attemptedAt, leaseId } = lease;
    const { vault, outside, tenant } = run;
    return huntOrphans({ tenant, vault, outside, leaseId, mount, role, isExclusive, attemptedAt });
  }

  const open = () => run.perform(openRotationLease, { rotationId, fence });

  return {
    /**
     * The row for a login that is about to be issued, with nothing left over from an earlier try.
     * What can't be searched for stays in the ledger, `indeterminate`, until it has surely run out.
     */
    async readyToIssue(settings: OpenbaoDynamic): Promise<HeldLease> {
      const lease = await open();
      if (lease.leaseRef) {
        const lost = lease.leaseRef;
        await run.outside("lease.revoke-lost", () => run.vault.leases.revoke(lost));
        await record(lease.leaseId, { to: "issuing" });
        return lease;
      }
      const found = await hunt(lease, settings);
      if (found.kind === "clean") return lease;
      const trouble = { errorCode: "lease_unaccounted", errorText: unaccounted(found.why) };
      await record(lease.leaseId, {
        to: "indeterminate",
        trouble,
        dueInSeconds: TAKE_OVER_SECONDS,
      });
      return open();
    },

    issued: (leaseId: string, made: DynamicCredential) =>
      record(leaseId, {
        to: "issued",
        issued: { leaseRef: made.leaseId, username: made.username },
        ttlSeconds: made.ttlSeconds,
      }),

    failed: (leaseId: string, errorCode: string, errorText: string) =>
      record(leaseId, { to: "failed", trouble: { errorCode, errorText } }),

    async delivered(leaseRef: string, kvVersion: number): Promise<void> {
      const lease = await ofRef(leaseRef);
      if (lease?.state === "issued") await record(lease.leaseId, { to: "active", kvVersion });
    },

    /** The worker that tends leases takes over where this rotation should get stuck. */
    async revoking(leaseRef: string): Promise<void> {
      const lease = await ofRef(leaseRef);
      if (lease) await record(lease.leaseId, { to: "revoking", dueInSeconds: TAKE_OVER_SECONDS });
    },

    async revoked(leaseRef: string, proof: string): Promise<void> {
      const lease = await ofRef(leaseRef);
      if (lease) await record(lease.leaseId, { to: "revoked", proof });
    },

    /** Ends what this rotation issued, or may have. */
    async takeBack(settings: OpenbaoDynamic): Promise<void> {
      const lease = await run.reading((tx, tenant) => openLeaseOfRotation(tx, tenant, rotationId));
      if (!lease) return;
      const { leaseId, leaseRef } = lease;
      if (leaseRef) {
        await run.outside("lease.revoke-lost", () => run.vault.leases.revoke(leaseRef));
        await record(leaseId, { to: "revoked", proof: "the rotation was undone" });
        return;
      }
      const found = await hunt(lease, settings);
      const isClean = found.kind === "clean";
      await record(leaseId, {
        to: isClean ? "failed" : "indeterminate",
        trouble: {
          errorCode: isClean ? "rotation_undone" : "lease_unaccounted",
          errorText: isClean ? "The rotation was undone." : unaccounted(found.why),
        },
        ...(isClean ? {} : { dueInSeconds: TAKE_OVER_SECONDS }),
      });
    },
  };
}

function unaccounted(why: string): string {
  return `A login may have been made that nobody recorded. It can't be searched for: ${why}. It runs out by itself.`;
}
