import type { SecretValue } from "../../../platform/secret-value.ts";
import { realmRepresentation } from "./realm-file.ts";

/** Which act made a realm: a realm without it is somebody else's. */
export const MADE_BY_ATTRIBUTE = "sovereign-console.lifecycle";

/**
 * A new tenant's own realm as Keycloak takes it: clients, roles, flows and mappers of the generated
 * realm files, without any user. Holds the secrets of its clients: for the call alone.
 */
export function tenantRealm(options: {
  slug: string;
  displayName: string;
  consoleUrl: string;
  lifecycleId: string;
  clientSecret: SecretValue;
  directorySecret: SecretValue;
}): object {
  const { slug, displayName } = options;
  const sovereign = {
    name: "",
    displayName: "",
    topology: "per-organization",
    tenants: [],
  } as const;
  const values: Record<string, string> = {
    CONSOLE_URL: options.consoleUrl.replace(/\/$/, ""),
    SOVEREIGN_CONSOLE_CLIENT_SECRET: options.clientSecret.reveal(),
    SOVEREIGN_CONSOLE_DIRECTORY_SECRET: options.directorySecret.reveal(),
  };
  const text = JSON.stringify(realmRepresentation(sovereign, slug, displayName, []));
  const filled = text.replace(/\$\{([A-Z_]+)(?::[^}]*)?\}/g, (whole, name: string) =>
    name in values ? JSON.stringify(values[name]).slice(1, -1) : whole,
  );
  const realm = JSON.parse(filled) as { attributes?: Record<string, string> };
  return {
    ...realm,
    attributes: { ...realm.attributes, [MADE_BY_ATTRIBUTE]: options.lifecycleId },
  };
}
