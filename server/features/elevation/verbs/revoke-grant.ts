import "server-only";
import { verb } from "#server/platform/verb.ts";
import { elevationPolicyFacts } from "../elevation-policy-facts.ts";
import { lockGrant } from "../grant-rows.ts";
import { GrantOutcome, RevokeGrantInput } from "../schema.ts";
import { endOfGrant, isOwnedBy } from "../writes/end-of-grant.ts";

/**
 * Ends a grant now: it bites on the next call everywhere, and acts under way with it come first or are
 * refused. One's own is given back; anybody else's takes the scope to revoke. Where the grant is
 * projected it counts as revoking until that is seen to be gone.
 */
export const revokeGrant = verb({
  name: "elevation.revokeGrant",
  scope: "runtime.elevation.read",
  policy: "RevokeElevation",
  input: RevokeGrantInput,
  output: GrantOutcome,
  async facts({ tx, tenant, caller, input }) {
    const row = await lockGrant(tx, tenant, input.grantId);
    return elevationPolicyFacts(caller, row.environment, { isOwn: isOwnedBy(row, caller.actor) });
  },
  run: endOfGrant,
});
