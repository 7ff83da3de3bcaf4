import type { Role } from "#server/platform/authz/scopes.ts";

/** An OpenID provider serving the realms of one topology: the real Keycloak, or the development one. */
export interface IdentityPeer {
  issuerOf(realm: string): string;
  clientSecretOf(realm: string): string;
  /** Gives a user exactly these roles of `runtime-api`. */
  setRoles(realm: string, username: string, roles: readonly Role[]): Promise<void>;
  setEnabled(realm: string, username: string, enabled: boolean): Promise<void>;
  endSession(realm: string, sid: string): Promise<void>;
  logoutUser(realm: string, username: string): Promise<void>;
  stop(): Promise<void>;
}
