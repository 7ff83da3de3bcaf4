import "server-only";
import { isolated } from "#server/engines/words/isolated.ts";
import type { RotationTargetHere } from "#server/features/rotation-targets/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { type Placed, placeDemands } from "./place-demands.ts";

/**
 * Refuses a reference that would have the worker touch what is neither the tenant's own nor a target
 * registered for it (ADR 0009). Throws `invalid` naming the field and what to do.
 */
export function refuseStrangePlaces(
  tenant: string,
  placed: Placed,
  targets: readonly RotationTargetHere[],
): void {
  const usable = targets.filter((target) => target.environments.includes(placed.environment));
  const hasPrefix = (name: string, prefix: string) => {
    const ours = prefix.replaceAll("{tenant}", tenant);
    return name.startsWith(ours) && name.length > ours.length;
  };
  for (const demand of placeDemands(placed, hasPrefix)) {
    const { field } = demand;
    if (demand.by === "nothing")
      throw new AppError("invalid", `${field}: ${demand.problem}`, {
        said: { key: "bindings.notForPeople", args: { why: isolated(demand.problem) } },
        field,
      });
    if (demand.by === "own-prefix" && !isOwnPath(tenant, demand.path)) {
      throw new AppError("invalid", `${field}: must lie below ${tenant}/`, {
        said: { key: "bindings.belowOwn", args: { prefix: isolated(`${tenant}/`) } },
        field,
        remedy: `Name a path of this organization, such as ${tenant}/${placed.environment}/orders-db.`,
      });
    }
    if (demand.by === "target" && demand.orOwn && isOwnPath(tenant, demand.orOwn)) continue;
    if (demand.by === "target" && !usable.some(({ address }) => demand.isMetBy(address))) {
      const names = usable.map(({ name }) => name);
      const choice = names.length > 0 ? `, or use one of ${names.slice(0, 10).join(", ")}` : "";
      throw new AppError(
        "invalid",
        `${field}: ${demand.what} is not a rotation target for ${placed.environment} here`,
        {
          said: {
            key: "bindings.notATarget",
            args: {
              what: isolated(demand.what),
              environment: placed.environment,
              choice: names.length,
              names: isolated(names.slice(0, 10).join(", ")),
            },
          },
          field,
          remedy: `Ask a sovereign-admin to register it as a rotation target${choice}.`,
        },
      );
    }
  }
}

/** Whether a KV path is the tenant's own: its first name is the tenant. */
export function isOwnPath(tenant: string, path: string): boolean {
  return path.startsWith(`${tenant}/`) && path.length > tenant.length + 1;
}
