import type { z } from "zod";
import type { SecretClass } from "#server/engines/secret-policy/default-rule.ts";
import type { BindSecretInput } from "#server/features/rotation/schema.ts";
import type { TargetAddress } from "#server/features/rotation-targets/schema.ts";

type Store = z.input<typeof BindSecretInput>["store"];
/** What the form says: texts by the field of the verb's input (`rotator.target.host`). */
export type BindValues = Readonly<Record<string, string>>;

export interface Place {
  store: Store;
  /** Null where a person says it. */
  path: string | null;
}

interface KindFacts {
  class: SecretClass;
  /** Where the secret lies; null: a person says store and path. */
  place: ((values: BindValues) => Place) | null;
}

const inKv = (): Place => ({ store: "openbao", path: null });
const of = (values: BindValues, field: string) => values[`rotator.${field}`]?.trim() ?? "";

/** The class that a kind is for as a rule, and what its store calls the secret. */
export const KIND_FACTS: Record<string, KindFacts> = {
  "kv-generated": { class: "api-token", place: inKv },
  "postgres-dual-user": { class: "database-credential", place: inKv },
  "openbao-dynamic": { class: "dynamic-database-credential", place: inKv },
  "keycloak-client-secret": { class: "oauth-client-secret", place: inKv },
  "two-key-cloud": { class: "cloud-credential", place: inKv },
  "openbao-static-role": {
    class: "database-credential",
    place: (values) => ({
      store: "openbao",
      path: `${of(values, "mount")}/static-roles/${of(values, "role")}`,
    }),
  },
  "openbao-transit": {
    class: "signing-key",
    place: (values) => ({
      store: "openbao",
      path: `${of(values, "mount")}/keys/${of(values, "key")}`,
    }),
  },
  "openbao-pki-root": { class: "root-ca", place: (values) => issuer(values) },
  "openbao-pki-intermediate": { class: "intermediate-ca", place: (values) => issuer(values) },
  "azure-key": {
    class: "signing-key",
    place: (values) => ({
      store: "azure-key-vault",
      path: `${of(values, "vault")}/keys/${of(values, "key")}`,
    }),
  },
  "azure-secret": {
    class: "api-token",
    place: (values) => ({
      store: "azure-key-vault",
      path: `${of(values, "vault")}/secrets/${of(values, "secret")}`,
    }),
  },
  "cert-manager": {
    class: "tls-certificate",
    place: (values) => ({
      store: "kubernetes",
      path: `${of(values, "namespace")}/${of(values, "certificate")}`,
    }),
  },
  "certificate-file": {
    class: "tls-certificate",
    place: (values) => ({ store: "file", path: of(values, "file") }),
  },
  "spiffe-svid": {
    class: "workload-identity",
    place: (values) => ({ store: "file", path: of(values, "file") }),
  },
  "realm-passwords": {
    class: "user-password",
    place: (values) => ({ store: "keycloak", path: of(values, "realm") }),
  },
  manual: { class: "manual", place: null },
  none: { class: "manual", place: null },
};

function issuer(values: BindValues): Place {
  return { store: "openbao", path: `${of(values, "mount")}/issuer/default` };
}

/** What stands in a field at first, where something is usual. */
export const USUAL: BindValues = {
  "rotator.bytes": "32",
  "rotator.field": "value",
  "rotator.target.tls": "verify-full",
  "rotator.target.port": "5432",
  "rotator.login.target.tls": "verify-full",
  "rotator.login.target.port": "5432",
  "rotator.intervalDays": "90",
  "rotator.isConfirmed": "true",
  "rotator.isExclusive": "true",
  "rotator.form": "x509",
  "rotator.ttlSeconds": String(365 * 86_400),
};

/** What a registered target says of a kind's fields, without `rotator.`; null where it is for others. */
export function fillOf(kind: string, address: TargetAddress): BindValues | null {
  switch (address.kind) {
    case "postgres": {
      const at = { "openbao-static-role": "login.target" }[kind] ?? "target";
      if (!/^(postgres-dual-user|openbao-static-role|openbao-dynamic)$/.test(kind)) return null;
      const { host, port, tls, databases } = address;
      const values = { host, port: String(port), tls, database: databases[0] ?? "" };
      return Object.fromEntries(
        Object.entries(values).map(([name, value]) => [`${at}.${name}`, value]),
      );
    }
    case "openbao": {
      const engines: Record<string, string> = {
        "openbao-transit": "transit",
        "openbao-static-role": "database",
        "openbao-dynamic": "database",
        "openbao-pki-root": "pki",
        "openbao-pki-intermediate": "pki",
      };
      return engines[kind] === address.engine ? { mount: address.mount } : null;
    }
    case "azure-key-vault":
      return kind.startsWith("azure-") ? { vault: address.vault } : null;
    case "azure-storage": {
      if (kind !== "two-key-cloud") return null;
      const { subscription, resourceGroup, accounts } = address;
      return {
        "provider.subscription": subscription,
        "provider.resourceGroup": resourceGroup,
        "provider.account": accounts[0] ?? "",
      };
    }
    case "keycloak":
      if (kind === "realm-passwords") return { realm: address.realm, "admin.url": address.url };
      return kind === "keycloak-client-secret" ? { url: address.url, realm: address.realm } : null;
    case "kubernetes":
      return kind === "cert-manager" ? { namespace: address.namespaces[0] ?? "" } : null;
    case "file":
      return kind === "certificate-file" || kind === "spiffe-svid"
        ? { file: `${address.folder}/` }
        : null;
  }
}
