import "server-only";
import type { Evaluation } from "#server/engines/authzen/evaluation.ts";
import type { RawAnswer } from "#server/engines/authzen/read-answer.ts";

/** What was sent to an engine and what came back, byte for byte, without any credential. */
export interface Exchange {
  engine: string;
  url: string;
  body: string;
  /** How many questions stood in it. */
  count: number;
  raw: RawAnswer;
}

/** A governance engine elsewhere that takes Cedar's place. Never throws; asks once. */
export interface Governance {
  readonly name: string;
  readonly address: string;
  readonly timeoutMillis: number;
  ask(evaluations: readonly Evaluation[]): Promise<Exchange>;
}

const shared = globalThis as typeof globalThis & { consoleGovernance?: Governance | null };

/** Says who decides in this process; null: Cedar. Called once, at the start. */
export function installGovernance(engine: Governance | null): void {
  shared.consoleGovernance = engine;
}

/**
 * The engine that decides here; null: Cedar. Throws where one is configured and was not installed: a process that
 * forgot it must not decide by Cedar instead.
 */
export function governance(): Governance | null {
  if (shared.consoleGovernance !== undefined) return shared.consoleGovernance;
  if (process.env.AUTHZEN_URL)
    throw new Error("AUTHZEN_URL is set, and this process has no engine for it");
  return null;
}
