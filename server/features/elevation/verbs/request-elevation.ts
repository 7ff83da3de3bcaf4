import "server-only";
import { audited, verb } from "#server/platform/verb.ts";
import { elevationPolicyFacts } from "../elevation-policy-facts.ts";
import { factsOfPerson } from "../facts-of-person.ts";
import { policyToAskBy } from "../policy-rows.ts";
import { RequestElevationInput, RequestOutcome } from "../schema.ts";
import { askForElevation } from "../writes/ask-for-elevation.ts";

/** Asks for scopes in an environment for a time: nothing is given before others approve. */
export const requestElevation = verb({
  name: "elevation.request",
  scope: "runtime.elevation.request",
  policy: "RequestElevation",
  input: RequestElevationInput,
  output: RequestOutcome,
  async facts({ tx, tenant, caller, input }) {
    const policy = await policyToAskBy(tx, tenant, input.environment);
    const wanted = { ...input, prolongs: null, requestId: null };
    const facts = await factsOfPerson(tx, caller, policy, wanted);
    return elevationPolicyFacts(caller, input.environment, { ...facts });
  },
  async run(context) {
    const { tx, tenant, input } = context;
    const policy = await policyToAskBy(tx, tenant, input.environment);
    const { output, events } = await askForElevation(context, { ...input, policy, prolongs: null });
    return audited(output, ...events);
  },
});
