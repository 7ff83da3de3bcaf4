import "server-only";

/** What other parts of the server may use of the evidence feature. */
export { endPacks } from "./end-packs.ts";
