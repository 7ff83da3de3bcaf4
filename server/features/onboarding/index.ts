import "server-only";

/** What other parts of the server may use of the onboarding feature. */
export { manifestsOf, VAULT_AUTH_MOUNT } from "./queries.ts";
