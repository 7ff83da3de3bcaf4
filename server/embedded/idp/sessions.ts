import type { AdapterPayload } from "oidc-provider";
import type { RealmService } from "./realm-service.ts";

/** The part of the library's client that its published types leave out. */
interface LogoutClient {
  backchannelLogoutUri?: string;
  backchannelLogout(subject: string, sid: string | undefined): Promise<void>;
}

/** Signed-in sessions of a subject. */
export function sessionsOf(service: RealmService, subject: string): AdapterPayload[] {
  return service.store.all("Session").filter((session) => session.accountId === subject);
}

/** The session that gave this `sid` to any of its clients. */
export function sessionWithSid(service: RealmService, sid: string): AdapterPayload | undefined {
  return service.store
    .all("Session")
    .find((session) =>
      Object.values(session.authorizations ?? {}).some((each) => each.sid === sid),
    );
}

/**
 * Ends a session as Keycloak does: its tokens are worthless at once, and every client that asked for it
 * is told by back-channel logout. A client that cannot be reached does not keep the session alive.
 */
export async function endSession(service: RealmService, session: AdapterPayload): Promise<void> {
  service.store.forgetSession(String(session.jti));
  const told = Object.entries(session.authorizations ?? {}).map(
    async ([clientId, authorization]) => {
      if (authorization.grantId) service.store.revokeGrant(authorization.grantId);
      const client = (await service.provider.Client.find(clientId)) as LogoutClient | undefined;
      if (!client?.backchannelLogoutUri || !session.accountId) return;
      await client.backchannelLogout(session.accountId, authorization.sid);
    },
  );
  for (const result of await Promise.allSettled(told)) {
    if (result.status === "rejected") {
      process.stderr.write(
        `dev-idp ${service.realm.realm}: back-channel logout: ${result.reason}\n`,
      );
    }
  }
}
