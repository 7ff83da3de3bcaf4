import "server-only";

/** What other parts of the server may use of break-glass. */
export { declareBreakGlass } from "./verbs/declare-break-glass.ts";
export { settleBreakGlass } from "./verbs/settle-break-glass.ts";
