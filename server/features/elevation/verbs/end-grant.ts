import "server-only";
import { verb } from "#server/platform/verb.ts";
import { GrantOutcome, RevokeGrantInput } from "../schema.ts";
import { endOfGrant } from "../writes/end-of-grant.ts";

/**
 * Ends a grant because something else was decided that it can't outlive, such as an access review. Only
 * within a verb that answers for that: no router has it.
 */
export const endGrant = verb({
  name: "elevation.endGrant",
  scope: "runtime.elevation.revoke",
  input: RevokeGrantInput,
  output: GrantOutcome,
  run: endOfGrant,
});
