import "server-only";
import type { TwoKeyCloud } from "#server/features/rotation/schema.ts";
import { AzureStorageError } from "#server/integrations/azure-storage/azure-storage-error.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { type Unknown, unknown } from "../../outcome.ts";
import { OutsideTrouble } from "../../outside-trouble.ts";
import type { RotationRun } from "../../rotation-run.ts";

export interface Slot {
  name: string;
  value: SecretValue;
  /** What changes when the slot gets another key, and is no secret; null where the provider says nothing. */
  mark: string | null;
}

/** A resource of a cloud with two keys, both of which it takes. */
export interface TwoKeyProvider {
  slots(): Promise<Slot[]>;
  /** The slot gets another key; the one it had is refused. */
  regenerate(slot: string): Promise<void>;
  tryOut(key: SecretValue): Promise<"accepted" | "refused">;
}

/** Throws what a person can act on when the worker can't reach this provider. */
export function providerOf(run: RotationRun, { provider }: TwoKeyCloud): TwoKeyProvider {
  const account = run.stores.storageAccount?.(provider);
  if (!account) {
    throw new OutsideTrouble({
      errorCode: "provider_not_configured",
      errorText:
        "Azure Resource Manager is not configured: set AZURE_RESOURCE_MANAGER_URL for the worker.",
    });
  }
  return {
    async slots() {
      const keys = await account.keys();
      return keys.map(({ name, value, madeAt }) => ({ name, value, mark: madeAt }));
    },
    regenerate: (slot) => account.regenerate(slot),
    tryOut: (key) => account.tryOut(key),
  };
}

/** A change at the provider: null when it went through, `unknown` when nobody can tell. */
export async function providerWrite(write: () => Promise<void>): Promise<Unknown | null> {
  try {
    await write();
    return null;
  } catch (error) {
    if (!(error instanceof AzureStorageError) || error.changedNothing) throw error;
    return unknown("provider_outcome_unknown", error.message);
  }
}
