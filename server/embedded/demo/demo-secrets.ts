import type { SecretClass } from "#server/features/rotation/rules.ts";
import type { ENVIRONMENTS } from "#server/features/rotation/schema.ts";

type Environment = (typeof ENVIRONMENTS)[number];

/** A credential that really rotates: a pair of roles of the embedded Postgres. */
export interface DemoDatabase {
  name: string;
  environment: Environment;
  owner: string;
}

/** A credential that the console knows of and cannot rotate yet. */
export interface DemoReference {
  name: string;
  class: SecretClass;
  environment: Environment;
  owner: string;
  /** Days since its last change; null = unknown. */
  ageDays: number | null;
  missing: string;
}

const NO_PROVIDER = "no connection to the provider that issues this token; add it under Settings.";
const NO_KEYCLOAK = "no client registration credential for this Keycloak realm.";
const NO_CEREMONY =
  "signing keys change by ceremony: a security-officer's approval and an HSM slot.";

export const DEMO_DATABASES: readonly DemoDatabase[] = [
  { name: "orders-db", environment: "prod", owner: "team-orders" },
  { name: "inventory-db", environment: "prod", owner: "team-inventory" },
  { name: "payments-db", environment: "prod", owner: "team-payments" },
  { name: "orders-db", environment: "staging", owner: "team-orders" },
  { name: "reporting-db", environment: "test", owner: "team-data" },
];

export const DEMO_REFERENCES: readonly DemoReference[] = [
  ref("sms-gateway-token", "api-token", "prod", "team-notifications", 97, NO_PROVIDER),
  ref("maps-api-token", "api-token", "prod", "team-delivery", 86, NO_PROVIDER),
  ref("courier-api-token", "api-token", "staging", "team-delivery", 31, NO_PROVIDER),
  ref("partner-portal-client", "oauth-client-secret", "prod", "team-partners", 12, NO_KEYCLOAK),
  ref("invoice-signing-key", "signing-key", "prod", "team-finance", 341, NO_CEREMONY),
  ref(
    "orders-workload",
    "workload-identity",
    "prod",
    "team-orders",
    null,
    "the workload identity provider renews this every few minutes; it can't be configured.",
  ),
  ref(
    "legacy-ftp-login",
    "manual",
    "prod",
    "team-finance",
    612,
    "nobody has described how this credential is changed.",
  ),
];

function ref(
  name: string,
  secretClass: SecretClass,
  environment: Environment,
  owner: string,
  ageDays: number | null,
  missing: string,
): DemoReference {
  return { name, class: secretClass, environment, owner, ageDays, missing };
}
