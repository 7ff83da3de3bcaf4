import "server-only";
import type { z } from "zod";
import type { RecordApplyInput } from "#server/features/remediation/schema.ts";
import { KubernetesError } from "#server/integrations/kubernetes/kubernetes-call.ts";

type Trouble = Exclude<z.input<typeof RecordApplyInput>["result"], { how: "applied" }>;

/** Nothing of ours was heard: it is tried again. */
const UNHEARD = new Set(["credentials_refused", "configuration", "untrusted"]);

/** What a failed act means: whether the cluster may have taken it decides everything. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof KubernetesError)) throw error;
  const trouble = error.message.slice(0, 500);
  if (error.failure === "conflict" || error.failure === "not_found") {
    return { how: "changed-meanwhile", trouble };
  }
  if (UNHEARD.has(error.failure)) return { how: "untouched", trouble };
  if (error.failure === "unreachable") return { how: "unknown", trouble };
  return { how: "refused", trouble };
}

/** One act outside, in tests with a death before or after it (`before:remediation.apply`). */
export type Door = <T>(name: "apply" | "roll-back", act: () => Promise<T>) => Promise<T>;

const LONGEST_ACT_MILLIS = 35_000;

/**
 * The door to the cluster: it checks the lease before an act, so that whoever comes next finds none of ours under
 * way. What comes late all the same names a version that is no longer there (ADR 8).
 */
export function makeDoor(leaseSeconds: number, failpoint?: string): Door {
  const since = performance.now();
  const leaseMillis = leaseSeconds * 1_000;
  const fail = (here: string) => {
    if (failpoint === here) process.kill(process.pid, "SIGKILL");
  };
  return async (name, act) => {
    const margin = Math.min(LONGEST_ACT_MILLIS, leaseMillis / 2);
    if (performance.now() > since + leaseMillis - margin)
      throw new Error("the lease ends too soon");
    fail(`before:remediation.${name}`);
    const result = await act();
    fail(`after:remediation.${name}`);
    return result;
  };
}
