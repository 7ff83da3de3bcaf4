import "server-only";

/** What other parts of the server may use of step-up. */
export { beginAtProvider } from "./begin-at-provider.ts";
export { finishAtProvider } from "./finish-at-provider.ts";
export { type ActSubject, type FreshProof, takeFreshProof } from "./take-fresh-proof.ts";
