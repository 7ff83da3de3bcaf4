/** What other features may know of rotation. */
export { countBindings } from "./queries.ts";
