import "server-only";
import type { z } from "zod";
import type { Actor, Caller } from "./actor.ts";
import { sendEvent, sendEvents } from "./audit/emit.ts";
import {
  type AuditEventDraft,
  type Audited,
  auditedResult,
  type Unchanged,
  unchanged,
} from "./audit/event.ts";
import { recordDenial } from "./audit/record-denial.ts";
import { denialSaid, wordsForDecision } from "./authz/denial-words.ts";
import { type Judge, judged } from "./authz/judge.ts";
import type { PolicyAction, PolicyDecision, PolicyRequest } from "./authz/policy-request.ts";
import { type ActPlace, callerOfAct } from "./authz/production-rights.ts";
import { savePolicyDecision } from "./authz/recorded-decision.ts";
import type { Scope } from "./authz/scopes.ts";
import { type TenantTx, withTenant } from "./db/tenant-transaction.ts";
import { AppError } from "./errors/app-error.ts";
import { inputSaid } from "./errors/input-said.ts";
import { replayedResponse, saveResponse } from "./idempotency.ts";
import type { AuthorizedTenantId } from "./tenancy/authorized-tenant.ts";

export { auditedResult as audited, unchanged };

export interface VerbContext<Input> {
  readonly tx: TenantTx;
  readonly tenant: AuthorizedTenantId;
  readonly actor: Actor;
  readonly caller: Caller;
  readonly input: Input;
  /** Who decides, for verbs that ask by themselves: Cedar, or the engine that takes its place. */
  readonly judge: Judge;
  /** The recorded decision, for verbs with a `policy`. */
  readonly decision: PolicyDecision | undefined;
}

/** Loads what the policy judges; throws `notFound` for what is absent or foreign. */
export type PolicyFacts<Input> = (
  context: Omit<VerbContext<Input>, "decision">,
) => Promise<Omit<PolicyRequest, "action">>;

interface VerbCore<In extends z.ZodType, Out extends z.ZodType> {
  /** `rotation.forceRotate`: unique, shown in denials. */
  name: string;
  scope: Scope;
  input: In;
  output: Out;
  /**
   * The environment that the act names: grants of elevation count there, and production rights there
   * may take one. Without it no grant reaches the verb. Throws `notFound` as `facts` does.
   */
  environment?(context: Omit<VerbContext<z.output<In>>, "decision">): Promise<ActPlace | null>;
  run(context: VerbContext<z.output<In>>): Promise<Audited<z.input<Out>> | Unchanged<z.input<Out>>>;
}

/** A policy comes with the facts it judges, or not at all. */
type VerbPolicy<In extends z.ZodType> =
  | { policy: PolicyAction; facts: PolicyFacts<z.output<In>> }
  | { policy?: never; facts?: never };

export type VerbDefinition<In extends z.ZodType, Out extends z.ZodType> = VerbCore<In, Out> &
  VerbPolicy<In>;

export type Verb<In extends z.ZodType, Out extends z.ZodType> = VerbDefinition<In, Out> & {
  readonly isVerb: true;
};

// biome-ignore lint/suspicious/noExplicitAny: the registry holds verbs of every shape
export type AnyVerb = Verb<any, any>;

/**
 * Declares a change of state: the only kind there is (law 5). Without `scope` it does not compile,
 * without `audited` (or `unchanged`) it does not return.
 */
export function verb<In extends z.ZodType, Out extends z.ZodType>(
  definition: VerbDefinition<In, Out>,
): Verb<In, Out> {
  return { ...definition, isVerb: true };
}

/**
 * Runs a verb for a caller, in the order of law 1: scope, input, then policy decision, change and
 * audit events in one transaction. The caller was authenticated and guarded before.
 * Throws AppError: `forbidden` (recorded in the caller's own log), `invalid`, or what the verb throws.
 */
export async function runVerb<In extends z.ZodType, Out extends z.ZodType>(
  definition: Verb<In, Out>,
  caller: Caller,
  rawInput: z.input<In>,
): Promise<z.output<Out>> {
  if (!caller.scopes.has(definition.scope)) {
    await recordDenial(caller, {
      act: definition.name,
      cause: "scope",
      detail: { scope: definition.scope },
    });
    throw new AppError("forbidden", `This needs the scope ${definition.scope}.`, {
      said: { key: "needsScope", args: { scope: definition.scope } },
      remedy: "Ask an administrator of your organization for a role that has it.",
    });
  }
  const input = parseInput(definition.input, rawInput);
  const denied: { decision?: PolicyDecision } = {};
  try {
    const login = caller.actor.kind === "worker" ? "worker" : "tenant";
    const attempt = async (tx: TenantTx, judge: Judge) => {
      const replay = await replayedResponse(tx, caller, definition.name, input);
      if (replay) return definition.output.parse(replay.response) as z.output<Out>;
      const named = { tx, tenant: caller.tenant, actor: caller.actor, caller, input, judge };
      const place = (await definition.environment?.(named)) ?? null;
      const context = {
        ...named,
        caller: await callerOfAct(tx, caller, definition.scope, place),
      };
      const decision = definition.policy
        ? judge.decide({ action: definition.policy, ...(await definition.facts(context)) })
        : undefined;
      if (decision?.outcome === "deny") {
        denied.decision = decision;
        throw new AppError("forbidden", wordsForDecision(decision), { said: denialSaid(decision) });
      }
      if (decision) await savePolicyDecision(tx, caller.tenant, decision);
      const result = await definition.run({ ...context, decision });
      if ("events" in result) {
        const events = decision
          ? result.events.map((each) => under(decision, each))
          : result.events;
        const [only, ...more] = events;
        const sent =
          only && more.length === 0
            ? await sendEvent(tx, caller, only)
            : await sendEvents(tx, caller, events);
        tx.beforeCommit(sent.written);
      }
      const output = definition.output.parse(result.output) as z.output<Out>;
      await saveResponse(tx, caller, definition.name, input, output);
      return output;
    };
    return await judged((judge) => withTenant(caller.tenant, login, (tx) => attempt(tx, judge)));
  } catch (error) {
    const decision = denied.decision;
    if (decision) {
      await recordDenial(caller, {
        act: definition.name,
        cause: "policy",
        detail: {
          reasons: decision.reasons,
          errors: decision.errors,
          decision: decision.digest.toString("hex"),
        },
        alongside: (tx) => savePolicyDecision(tx, caller.tenant, decision).then(() => undefined),
      });
    } else if (error instanceof AppError && error.code === "forbidden") {
      await recordDenial(caller, { act: definition.name, cause: "refused" });
    } else if (error instanceof AppError && error.code === "step_up_required") {
      const { act = definition.name, digest = "" } = error.details.stepUp ?? {};
      await recordDenial(caller, {
        act: definition.name,
        cause: "step-up",
        detail: { act, digest },
      });
    } else if (error instanceof AppError && error.code === "elevation_required") {
      await recordDenial(caller, { act: definition.name, cause: "elevation" });
    }
    throw error;
  }
}

/** An act's event names the decision that it was made under, by its digest. */
function under(decision: PolicyDecision, event: AuditEventDraft): AuditEventDraft {
  const policyDecision = decision.digest.toString("hex");
  return { ...event, payload: { ...event.payload, policyDecision } };
}

/** Parses, or throws `invalid` naming the first field at fault. */
export function parseInput<In extends z.ZodType>(schema: In, raw: unknown): z.output<In> {
  const parsed = schema.safeParse(raw);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = issue?.path.join(".") || "input";
  const words = issue?.message ?? "is not valid";
  throw new AppError("invalid", `${field}: ${words}`, {
    field,
    said: inputSaid(words, field),
  });
}
