import "server-only";

/** What other parts of the server may use of the rotation-targets feature. */
export { targetsHere } from "./queries.ts";
export type { RotationTargetHere, TargetAddress } from "./schema.ts";
export { retireRotationTarget } from "./verbs/retire-rotation-target.ts";
export { saveRotationTarget } from "./verbs/save-rotation-target.ts";
