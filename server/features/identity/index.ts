/** Identity: who is signed in, with which roles, and how they come and go. */
export { backChannelLogout } from "./back-channel-logout.ts";
export { type BearerCaller, bearerCaller } from "./bearer-caller.ts";
export { freshSession, freshSessionOf } from "./fresh-session.ts";
export { handleAuth, type SignInError } from "./handle-auth.ts";
export { identityConfig } from "./identity-config.ts";
export { sessionCookieName } from "./session-cookie.ts";
export { sessionFromRequest } from "./session-from-request.ts";
export { type SignInChoices, signInChoices } from "./sign-in-choices.ts";
export { signOut } from "./sign-out.ts";
export { sweepSessions } from "./sweep-sessions.ts";
