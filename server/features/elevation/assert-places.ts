import "server-only";
import { isolated } from "#server/engines/words/isolated.ts";
import { targetsHere } from "#server/features/rotation-targets/index.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { ProjectionTarget } from "./elevation-policy-spec.ts";

/**
 * Throws `invalid` for a namespace that the Sovereign did not register for this organization and
 * environment (ADR 0009): the worker's login reaches further than any tenant may.
 */
export async function assertPlaces(
  tx: TenantTx,
  environment: string,
  projections: readonly ProjectionTarget[],
): Promise<void> {
  const wanted = projections.filter((each) => each.kind === "kubernetes-role-binding");
  if (wanted.length === 0) return;
  const allowed = (await targetsHere(tx)).flatMap(({ address, environments }) =>
    address.kind === "kubernetes" && (environments as string[]).includes(environment)
      ? address.namespaces
      : [],
  );
  const stranger = wanted.find(({ namespace }) => !allowed.includes(namespace));
  if (!stranger) return;
  const field = "policy.projections";
  throw new AppError(
    "invalid",
    `${field}: ${stranger.namespace} is not registered for ${environment}`,
    {
      said: {
        key: "elevation.strangeNamespace",
        args: { namespace: isolated(stranger.namespace), environment },
      },
      field,
      remedy:
        "Ask the Sovereign to register the namespace as a rotation target of this organization.",
    },
  );
}
