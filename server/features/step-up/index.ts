import "server-only";

/** What other parts of the server may use of step-up. */
export { type ActSubject, type FreshProof, takeFreshProof } from "./take-fresh-proof.ts";
