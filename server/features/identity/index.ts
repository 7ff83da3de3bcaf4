/** Identity: who is signed in, with which roles, and how they come and go. */
export { backChannelLogout } from "./back-channel-logout.ts";
export { type RealmConfig, realmNamed, realmOfIssuer, realmOfTenant } from "./config.ts";
export { freshSession, freshSessionOf } from "./fresh-session.ts";
export { handleAuth, type SignInError } from "./handle-auth.ts";
export { clientSecretOf, identityConfig } from "./identity-config.ts";
export { ownForm } from "./own-form.ts";
export { rolesNow } from "./roles-now.ts";
export {
  type AuthenticatedService,
  authenticateService,
} from "./service-callers/authenticate-service.ts";
export { PROOF_ALGORITHMS } from "./service-callers/dpop-proof.ts";
export type { ServiceIdentity } from "./service-callers/service-identity.ts";
export { REFUSALS, TokenRefusal } from "./service-callers/token-refusal.ts";
export { sessionCookieName } from "./session-cookie.ts";
export { countedSessionFromRequest, sessionFromRequest } from "./session-from-request.ts";
export { endSessionsOf } from "./session-rows.ts";
export { type SignInChoices, signInChoices } from "./sign-in-choices.ts";
export { signOut } from "./sign-out.ts";
export { sweepSessions } from "./sweep-sessions.ts";
