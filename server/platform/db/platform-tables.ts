import type { ApplicationLogin } from "./logins.ts";

export interface PlatformTable {
  /** Why it has no tenant key. */
  because: string;
  /** Who may do what; nobody else may do anything. */
  grants: Partial<Record<ApplicationLogin, string>>;
}

const ROWS = "DELETE, INSERT, SELECT, UPDATE";

/**
 * The closed list of tables in `public` without a tenant key (DESIGN §5). Each holds no tenant
 * content. Every other table follows the template `app.protect`; test/catalog fails otherwise.
 * The schema `pgboss` is the queue's own: its jobs carry tenant and record ids only.
 */
export const PLATFORM_TABLES: Record<string, PlatformTable> = {
  _prisma_migrations: { because: "which migrations this database has", grants: {} },
  session: {
    because: "a person may belong to several tenants; found before any tenant is known",
    grants: { console_identity: ROWS },
  },
  logout_token_seen: {
    because: "a logout token counts once for its issuer",
    grants: { console_identity: "DELETE, INSERT, SELECT" },
  },
  dpop_proof_seen: {
    because: "a proof is looked at before any tenant is known, and counts once for all replicas",
    grants: { console_identity: "DELETE, INSERT, SELECT" },
  },
  rate_limit: {
    because: "calls are counted before the tenant guard",
    grants: { console_identity: ROWS },
  },
};
