import "server-only";

/** What other parts of the server may use of the change-windows feature. */
export { type WindowsByEnvironment, windowsInForce } from "./in-force.ts";
