import "server-only";
import type { RotationRun } from "./rotation-run.ts";
import type { Rotator } from "./rotator.ts";
import { azureKey } from "./rotators/azure/azure-key.ts";
import { azureSecret } from "./rotators/azure/azure-secret.ts";
import { kvGenerated } from "./rotators/kv-generated.ts";
import { openbaoTransit } from "./rotators/openbao-transit.ts";
import { postgresDualUser } from "./rotators/postgres-dual-user/postgres-dual-user.ts";

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
    case "azure-key":
      return azureKey(run, rotator);
    case "azure-secret":
      return azureSecret(run, rotator);
  }
}
