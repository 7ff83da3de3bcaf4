import type { z } from "zod";
import type { JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { RecordConsumerLookInput } from "./schema.ts";

/** What the event of a look says of its sources; who has sessions stands there alone (ADR 13). */
export interface LookSaid {
  [key: string]: JsonValue;
  /** `none` where no cluster is configured. */
  cluster: "read" | "away" | "none";
  oldUses: {
    [key: string]: JsonValue;
    source: string;
    state: string;
    reason: string;
    uses: number | null;
    lastUsedAt: string | null;
    endsAt: string | null;
    heldBy: string | null;
    users: { application: string; address: string; since: string | null }[];
  }[];
}

/** A look as the log says it, times in RFC 3339. */
export function lookSaid(input: z.output<typeof RecordConsumerLookInput>): LookSaid {
  return {
    cluster: input.cluster?.state ?? "none",
    oldUses: input.oldUses.map((use) => ({
      ...use,
      lastUsedAt: use.lastUsedAt?.toISOString() ?? null,
      endsAt: use.endsAt?.toISOString() ?? null,
      users: use.users.map((user) => ({ ...user, since: user.since?.toISOString() ?? null })),
    })),
  };
}

/**
 * Whether an event's payload says of the sources what a new look would: what state each tells and why, who holds a
 * lease, which applications at which addresses have sessions. How many sessions there are and when each was used last
 * changes with every look, and is kept beside the log.
 */
export function saysTheSame(payload: Readonly<Record<string, unknown>>, said: LookSaid): boolean {
  const { cluster, oldUses } = payload as Partial<LookSaid>;
  return cluster === said.cluster && partsOf(oldUses ?? []) === partsOf(said.oldUses);
}

function partsOf(uses: LookSaid["oldUses"]): string {
  const parts = uses.map(({ source, state, reason, heldBy, users }) => {
    const names = users.map(({ application, address }) => JSON.stringify([application, address]));
    return JSON.stringify([source, state, reason, heldBy, [...new Set(names)].sort()]);
  });
  return parts.sort().join("\n");
}
