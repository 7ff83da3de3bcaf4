import "server-only";
import type { z } from "zod";
import type { AuditEventDraft } from "./audit/event.ts";
import { AppError } from "./errors/app-error.ts";
import { parseInput, type Verb, type VerbContext } from "./verb.ts";

/** What an inner verb gave, and the events that the outer verb must hand on. */
export interface Within<Out extends z.ZodType> {
  output: z.output<Out>;
  events: readonly AuditEventDraft[];
}

/**
 * Runs another feature's verb as a part of this one, in the same transaction, for the same caller:
 * both happen or neither. The caller needs that verb's scope as well.
 */
export async function runWithin<In extends z.ZodType, Out extends z.ZodType>(
  inner: Verb<In, Out>,
  context: VerbContext<unknown>,
  rawInput: z.input<In>,
): Promise<Within<Out>> {
  if (!context.caller.scopes.has(inner.scope)) {
    throw new AppError("forbidden", `This needs the scope ${inner.scope}.`, {
      said: { key: "needsScope", args: { scope: inner.scope } },
    });
  }
  return runVouched(inner, context, rawInput);
}

/**
 * The same where the outer verb answers for who may: its own scope was checked, and what the inner
 * one does is a part of its meaning. An inner verb with a policy runs only where the outer one was
 * decided under the same action.
 */
export async function runVouched<In extends z.ZodType, Out extends z.ZodType>(
  inner: Verb<In, Out>,
  context: VerbContext<unknown>,
  rawInput: z.input<In>,
): Promise<Within<Out>> {
  const { decision } = context;
  if (inner.policy && (decision?.action !== inner.policy || decision.outcome !== "allow")) {
    throw new Error(`${inner.name} asks ${inner.policy}, which the verb around it was not asked`);
  }
  const input = parseInput(inner.input, rawInput);
  const result = await inner.run({ ...context, input, decision });
  const output = inner.output.parse(result.output) as z.output<Out>;
  return { output, events: "events" in result ? result.events : [] };
}
