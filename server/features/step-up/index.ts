import "server-only";

/** What other parts of the server may use of step-up. The routes import its way to the provider and back. */
export { type ActSubject, type FreshProof, takeFreshProof } from "./take-fresh-proof.ts";
