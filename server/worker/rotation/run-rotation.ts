import "server-only";
import {
  isBeforePromotion,
  nextStep,
  type RotationStep,
} from "#server/engines/rotation/state-machine.ts";
import type { ClaimedRotation, StepResult } from "#server/features/rotation/schema.ts";
import { claimRotation } from "#server/features/rotation/verbs/claim-rotation.ts";
import { KeyVaultError } from "#server/integrations/azure-key-vault/key-vault-error.ts";
import { AzureStorageError } from "#server/integrations/azure-storage/azure-storage-error.ts";
import { KeycloakAdminError } from "#server/integrations/keycloak-admin/keycloak-admin-error.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { runVerb } from "#server/platform/verb.ts";
import { workerCaller } from "#server/platform/worker-caller.ts";
import type { WorkerStores } from "#server/worker/stores/worker-stores.ts";
import { makeOutside } from "./outside.ts";
import { OutsideTrouble, type Trouble, ValueMissingError } from "./outside-trouble.ts";
import { rollBack } from "./roll-back.ts";
import { RotationRun } from "./rotation-run.ts";
import { STEPS } from "./steps.ts";

export interface RotationDependencies {
  vault: OpenBaoClient;
  /** The region that `vault` is in, where regions are configured. */
  region?: string | null;
  /** Other stores and targets that are configured. */
  stores?: WorkerStores;
  /** Names this replica in leases. */
  owner: string;
  leaseSeconds: number;
  /** How many rotations may act on one target at once, whichever replicas they are on. */
  mostPerTarget: number;
  failpoint?: string;
}

const SCOPES = [
  "runtime.rotations.execute",
  "runtime.consumers.observe",
  "runtime.alerts.raise",
] as const;

/** Setbacks in one place after which a rotation that changed nothing for consumers is undone. */
const PATIENCE = 5;

/**
 * Claims a due rotation and takes its steps until it waits or is over. Does nothing when another
 * worker holds it. Throws when our own database fails or the lease is lost: the next holder goes on.
 */
export async function runRotation(
  dependencies: RotationDependencies,
  { tenantId, rotationId }: { tenantId: string; rotationId: string },
): Promise<void> {
  const { vault, region, stores, owner, leaseSeconds, mostPerTarget, failpoint } = dependencies;
  const work = { tenantId, name: "rotation", scopes: SCOPES };
  const claimedAtMillis = performance.now();
  const { claimed } = await runVerb(claimRotation, workerCaller(work), {
    rotationId,
    owner,
    leaseSeconds,
    mostPerTarget,
    writesTo: region,
  });
  if (!claimed) return;
  const caller = workerCaller({ ...work, causedBy: claimed.causeEventId });
  const outside = makeOutside({ leaseSeconds, claimedAtMillis, failpoint });
  const run = new RotationRun({ claim: claimed, vault, stores, outside, caller, leaseSeconds });
  let isCancelled = claimed.isCancelled;
  let step = firstStep(claimed);
  while (step) {
    const isCalledOff = isCancelled && isBeforePromotion(run.state, run.resumeState);
    // Doubt is settled first: what is undone must be known.
    const result =
      isCalledOff && run.state !== "indeterminate"
        ? await rollBackFor(run, CANCELLED)
        : await take(run, step);
    if (result.isWaiting) return;
    isCancelled = result.isCancelled;
    step = nextStep(run.state);
  }
}

/** Where the last holder stopped, or what a person asked for meanwhile. */
function firstStep({ intent, state, isTakenBack }: ClaimedRotation): RotationStep | null {
  if (intent?.step === "roll-back") return "roll-back";
  return isTakenBack && state === "grace" ? "take-back" : nextStep(state);
}

const CANCELLED: Trouble = { errorCode: "cancelled", errorText: "A person cancelled it." };

async function take(run: RotationRun, step: RotationStep): Promise<StepResult> {
  try {
    return await STEPS[step](run);
  } catch (error) {
    const trouble = troubleOf(error);
    if (!trouble) throw error;
    const hasPatience = run.attempt < PATIENCE;
    if (hasPatience || step === "roll-back" || !isBeforePromotion(run.state, run.resumeState)) {
      return run.setback(trouble);
    }
    return await rollBackFor(run, trouble);
  }
}

async function rollBackFor(run: RotationRun, why: Trouble): Promise<StepResult> {
  try {
    return await rollBack(run, why);
  } catch (error) {
    const trouble = troubleOf(error);
    if (!trouble) throw error;
    return run.setback(trouble);
  }
}

/** A failure that is the outside's and certainly changed nothing, or only what may be done twice. */
function troubleOf(error: unknown): Trouble | null {
  if (error instanceof OutsideTrouble) return error.trouble;
  if (error instanceof OpenBaoError) {
    return { errorCode: `vault_${error.failure}`, errorText: error.message };
  }
  if (error instanceof KeycloakAdminError) {
    return { errorCode: `keycloak_${error.failure}`, errorText: error.message };
  }
  if (error instanceof AzureStorageError) {
    return { errorCode: `azure_storage_${error.failure}`, errorText: error.message };
  }
  if (error instanceof KeyVaultError) {
    return { errorCode: `key_vault_${error.failure}`, errorText: error.message };
  }
  if (error instanceof ValueMissingError) {
    return { errorCode: "value_missing", errorText: error.message };
  }
  return null;
}
