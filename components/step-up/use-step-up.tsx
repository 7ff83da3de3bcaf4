"use client";
import dynamic from "next/dynamic";
import { type ReactNode, useEffect, useRef, useState } from "react";
import { problemOf } from "#components/problem/problem.ts";
import { keepDraft, takeDraft } from "./draft.ts";
import { STEP_UP_PARAMETER } from "./has-draft.ts";

const StepUpDialog = dynamic(async () => (await import("./step-up-dialog.tsx")).StepUpDialog, {
  ssr: false,
});

/** What the server wants proved, as its refusal says. */
export interface Demand {
  act: string;
  digest: string;
  methods: readonly ("oidc" | "webauthn")[];
}

interface StepUpOptions<Input> {
  tenantId: string;
  /** Names this form among all of the console's, e.g. `deployments.review/<id>`. */
  form: string;
  /** What will be confirmed, in words. */
  words: (input: Input) => ReactNode;
  /** Does the act; it is called again, with the same input, once the proof is there. */
  send: (input: Input) => Promise<unknown>;
  /** Why it failed after the proof. Before it, `attempt` throws. */
  onFailure: (error: unknown) => void;
  /** Writes an input back into the form, after the way to the identity provider and back. */
  restore?: (input: Input) => void;
}

interface Asked<Input> {
  input: Input;
  demand: Demand;
  /** Why the last try proved nothing, as a code. */
  refusal: string | null;
}

/**
 * Does an act that may take a fresh second factor. Where the server says so, `dialog` shows what is
 * confirmed and how; then the same act is done again. `attempt` gives whether it is done by now.
 */
export function useStepUp<Input>(options: StepUpOptions<Input>): {
  attempt: (input: Input) => Promise<boolean>;
  dialog: ReactNode;
} {
  const { form, tenantId } = options;
  const [asked, setAsked] = useState<Asked<Input> | null>(null);
  const latest = useRef(options);
  useEffect(() => {
    latest.current = options;
  });

  // Back from the identity provider: the form is as it was, and the act is done again.
  useEffect(() => {
    const url = new URL(window.location.href);
    const result = url.searchParams.get(STEP_UP_PARAMETER);
    const draft = result === null ? null : takeDraft(form);
    if (result === null || draft === null) return;
    url.searchParams.delete(STEP_UP_PARAMETER);
    // With a state of its own the router would not learn of it, and bring the parameter back.
    window.history.replaceState(null, "", url);
    const input = draft.input as Input;
    const { restore, send, onFailure } = latest.current;
    restore?.(input);
    if (result === "proved") send(input).catch(onFailure);
    else setAsked({ input, demand: demandOf(draft), refusal: result });
  }, [form]);

  async function attempt(input: Input): Promise<boolean> {
    try {
      await options.send(input);
      return true;
    } catch (error) {
      const demand = demandIn(error);
      if (!demand) throw error;
      setAsked({ input, demand, refusal: null });
      return false;
    }
  }

  function proved(input: Input) {
    setAsked(null);
    latest.current.send(input).catch(latest.current.onFailure);
  }

  const dialog = asked ? (
    <StepUpDialog
      tenantId={tenantId}
      demand={asked.demand}
      refusal={asked.refusal}
      words={options.words(asked.input)}
      onLeave={() => keepDraft(form, { ...asked.demand, input: asked.input })}
      onProved={() => proved(asked.input)}
      onClose={() => setAsked(null)}
    />
  ) : null;
  return { attempt, dialog };
}

function demandIn(error: unknown): Demand | null {
  const problem = problemOf(error) as ReturnType<typeof problemOf> & { stepUp?: Demand };
  return problem.code === "step_up_required" ? (problem.stepUp ?? null) : null;
}

function demandOf({ act, digest, methods }: Demand): Demand {
  return { act, digest, methods };
}
