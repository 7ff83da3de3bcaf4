import { closePools } from "#server/platform/db/tenant-transaction.ts";
import { mintAuthorizedTenant } from "#server/platform/tenancy/authorized-tenant.ts";
import { sealPendingAudit } from "../sealing/seal-pending-audit.ts";

// A process of its own for the crash test: one pass for the tenant named on the command line.
await sealPendingAudit(mintAuthorizedTenant(process.argv[2] ?? ""));
await closePools();
