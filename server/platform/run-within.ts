import "server-only";
import type { z } from "zod";
import type { AuditEventDraft } from "./audit/event.ts";
import { AppError } from "./errors/app-error.ts";
import { parseInput, type Verb, type VerbContext } from "./verb.ts";

/**
 * Runs another feature's verb as a part of this one, in the same transaction, for the same caller:
 * both happen or neither. The caller needs that verb's scope as well. Gives its output, and the events
 * that the outer verb must hand on. Only for verbs that ask no policy.
 */
export async function runWithin<In extends z.ZodType, Out extends z.ZodType>(
  inner: Verb<In, Out>,
  context: VerbContext<unknown>,
  rawInput: z.input<In>,
): Promise<{ output: z.output<Out>; events: readonly AuditEventDraft[] }> {
  if (!context.caller.scopes.has(inner.scope)) {
    throw new AppError("forbidden", `This needs the scope ${inner.scope}.`);
  }
  if (inner.policy)
    throw new Error(`${inner.name} asks a policy: it can't run within another verb`);
  const input = parseInput(inner.input, rawInput);
  const result = await inner.run({ ...context, input, decision: undefined });
  const output = inner.output.parse(result.output) as z.output<Out>;
  return { output, events: "events" in result ? result.events : [] };
}
