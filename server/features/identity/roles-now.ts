import "server-only";
import { logger } from "#server/platform/telemetry/logger.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { freshSessionOf } from "./fresh-session.ts";

interface Person {
  issuer: string;
  subject: string;
}

/**
 * Roles in a tenant as they are now, for each of these people (law 10); none for whom nobody vouches
 * any more. Outside any transaction. When somebody can't be asked about it throws `unavailable`, or
 * with `leave-out` leaves that person out: unreachable is denied either way.
 */
export async function rolesNow(
  tenant: AuthorizedTenantId,
  people: readonly Person[],
  unreachable: "throw" | "leave-out",
): Promise<(Person & { roles: string[] })[]> {
  const now = [];
  for (const { issuer, subject } of people) {
    try {
      const session = await freshSessionOf({ issuer, subject, tenant });
      now.push({ issuer, subject, roles: [...(session?.roles ?? [])] });
    } catch (err) {
      if (unreachable === "throw") throw err;
      logger.warn({ err, tenant, issuer }, "somebody's roles can't be read: it does not count");
    }
  }
  return now;
}
