import "server-only";
import type { z } from "zod";
import type { AuditEventDraft } from "./audit/event.ts";
import { parseInput, type Verb, type VerbContext } from "./verb.ts";

/**
 * Runs another feature's verb as a part of this one, in the same transaction, for the same caller:
 * both happen or neither. The outer verb answers for who may: its scope was checked, and an inner
 * verb with a policy runs only where the outer one was decided under the same action. Gives the
 * inner output, and the events that the outer verb must hand on.
 */
export async function runWithinVerb<In extends z.ZodType, Out extends z.ZodType>(
  inner: Verb<In, Out>,
  context: VerbContext<unknown>,
  rawInput: z.input<In>,
): Promise<{ output: z.output<Out>; events: readonly AuditEventDraft[] }> {
  const { decision } = context;
  if (inner.policy && (decision?.action !== inner.policy || decision.outcome !== "allow")) {
    throw new Error(`${inner.name} asks ${inner.policy}, which the verb around it was not asked`);
  }
  const input = parseInput(inner.input, rawInput);
  const result = await inner.run({ ...context, input, decision });
  const output = inner.output.parse(result.output) as z.output<Out>;
  return { output, events: "events" in result ? result.events : [] };
}
