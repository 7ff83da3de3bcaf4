import {
  DEMO_PASSWORD,
  type DemoSovereign,
  SOVEREIGN_REALM,
  SOVEREIGN_REALM_ROLES,
  TENANT_REALM_ROLES,
} from "../../features/identity/realms/demo-sovereigns.ts";

/** The one line of a finished start: where it is and who may sign in. */
export function demoUsersLine(url: string, sovereign: DemoSovereign): string {
  const tenants = sovereign.tenants.map((tenant) => tenant.id).join(", ");
  return (
    `${sovereign.displayName} Sovereign Console is ready at ${url} | demo users ` +
    `${TENANT_REALM_ROLES.join(", ")} (realms ${tenants}) and ` +
    `${SOVEREIGN_REALM_ROLES.join(", ")} (realm ${SOVEREIGN_REALM}), ` +
    `password ${DEMO_PASSWORD} | Ctrl-C stops`
  );
}
