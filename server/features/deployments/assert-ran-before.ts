import "server-only";
import { type ImageReference, sortedDigests } from "#server/engines/deployments/image-reference.ts";
import type { TenantTx } from "#server/platform/db/tenant-transaction.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

interface Target {
  environment: string;
  service: string;
  configDigest: string;
}

/** A rollback leads to what ran there before, image by image, and not to what runs now. Throws `invalid`. */
export async function assertRanBefore(
  tx: TenantTx,
  tenant: AuthorizedTenantId,
  { environment, service, configDigest }: Target,
  images: readonly ImageReference[],
): Promise<void> {
  const wanted = sortedDigests(images);
  const [found] = await tx.query<{ ran: boolean; runs: boolean }>(
    `WITH succeeded AS (
       SELECT d.deployment_id, d.revision FROM deployment_request d
       JOIN deployment_revision v
         ON v.tenant_id = d.tenant_id AND v.deployment_id = d.deployment_id AND v.revision = d.revision
       WHERE d.tenant_id = $1 AND d.environment = $2 AND d.service = $3 AND d.state = 'succeeded'
         AND v.config_digest = $4
         AND (SELECT array_agg(DISTINCT i.digest ORDER BY i.digest) FROM deployment_image i
              WHERE i.tenant_id = $1 AND i.deployment_id = d.deployment_id AND i.revision = d.revision) = $5::text[])
     SELECT EXISTS (SELECT FROM succeeded) AS ran, EXISTS (
       SELECT FROM succeeded s JOIN runtime_deployment r
         ON r.tenant_id = $1 AND r.deployment_id = s.deployment_id AND r.revision = s.revision) AS runs`,
    [tenant, environment, service, configDigest, wanted],
  );
  const refused = (message: string, remedy: string, key: string) =>
    new AppError("invalid", `kind: ${message}`, {
      field: "kind",
      remedy,
      said: { key: `rollback.${key}`, args: { service, environment } },
    });
  if (!found?.ran) {
    throw refused(
      `this never ran as ${service} in ${environment}`,
      "Name images and configuration of an earlier deployment that succeeded, or ask for a deployment.",
      "neverRan",
    );
  }
  if (found.runs)
    throw refused("this is what runs now", "Choose an earlier deployment.", "runsNow");
}
