import type { DiscoveryTarget } from "#server/features/discovery/schema.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { failureOf, type Reading, together, UNKNOWN_ENVIRONMENT } from "./reading.ts";

/** The tenant's static roles of the database engines that are registered for it: their names alone. */
export async function readStaticRoles(
  vault: Pick<OpenBaoClient, "database">,
  targets: readonly DiscoveryTarget[],
): Promise<Reading> {
  const engines = targets.flatMap((target) =>
    target.kind === "openbao" && target.engine === "database" ? [target] : [],
  );
  return together(
    await Promise.all(
      engines.map(async ({ mount, prefix }): Promise<Reading> => {
        const place = `${mount}/static-roles/${prefix}`;
        const source = { source: "openbao-static-role" as const, place };
        try {
          const names = (await vault.database(mount).staticRoles()).filter((name) =>
            name.startsWith(prefix),
          );
          return {
            sources: [{ ...source, failure: null, found: names.length }],
            whole: [{ store: "openbao", prefix: place }],
            found: names.map((name) => ({
              store: "openbao",
              path: `${mount}/static-roles/${name}`,
              name: name.slice(prefix.length) || name,
              environment: UNKNOWN_ENVIRONMENT,
              class: "database-credential",
            })),
            references: [],
          };
        } catch (error) {
          const failure = failureOf(error);
          return {
            sources: [{ ...source, failure, found: 0 }],
            whole: [],
            found: [],
            references: [],
          };
        }
      }),
    ),
  );
}
