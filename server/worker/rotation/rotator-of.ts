import "server-only";
import type { RotationRun } from "./rotation-run.ts";
import type { Rotator } from "./rotator.ts";
import { azureKey } from "./rotators/azure/azure-key.ts";
import { azureSecret } from "./rotators/azure/azure-secret.ts";
import { keycloakClientSecret } from "./rotators/keycloak-client-secret/keycloak-client-secret.ts";
import { kvGenerated } from "./rotators/kv-generated.ts";
import { openbaoDynamic } from "./rotators/openbao-dynamic/openbao-dynamic.ts";
import { openbaoPkiIntermediate } from "./rotators/openbao-pki/openbao-pki-intermediate.ts";
import { openbaoPkiRoot } from "./rotators/openbao-pki/openbao-pki-root.ts";
import { openbaoStaticRole } from "./rotators/openbao-static-role/openbao-static-role.ts";
import { openbaoTransit } from "./rotators/openbao-transit.ts";
import { postgresDualUser } from "./rotators/postgres-dual-user/postgres-dual-user.ts";
import { twoKeyCloud } from "./rotators/two-key-cloud/two-key-cloud.ts";

/** The rotator of a claimed rotation's kind. */
export function rotatorOf(run: RotationRun): Rotator {
  const { rotator } = run.claim;
  switch (rotator.kind) {
    case "postgres-dual-user":
      return postgresDualUser(run, rotator);
    case "kv-generated":
      return kvGenerated(run, rotator);
    case "openbao-transit":
      return openbaoTransit(run, rotator);
    case "openbao-static-role":
      return openbaoStaticRole(run, rotator);
    case "openbao-dynamic":
      return openbaoDynamic(run, rotator);
    case "keycloak-client-secret":
      return keycloakClientSecret(run, rotator);
    case "openbao-pki-root":
      return openbaoPkiRoot(run, rotator);
    case "openbao-pki-intermediate":
      return openbaoPkiIntermediate(run, rotator);
    case "two-key-cloud":
      return twoKeyCloud(run, rotator);
    case "azure-key":
      return azureKey(run, rotator);
    case "azure-secret":
      return azureSecret(run, rotator);
  }
}
