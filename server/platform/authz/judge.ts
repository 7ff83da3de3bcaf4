import "server-only";
import { evaluationOf, MOST_EVALUATIONS } from "#server/engines/authzen/evaluation.ts";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { AppError } from "../errors/app-error.ts";
import { type Exchange, type Governance, governance } from "./governance.ts";
import { exchangeText, governedDecision } from "./governed-decision.ts";
import { decide, decideFloor } from "./policy-engine.ts";
import type { PolicyDecision, PolicyRequest } from "./policy-request.ts";

/** Who decides in a verb: Cedar, or the governance engine that takes its place. */
export interface Judge {
  /** Decides, for the facts of this transaction. */
  decide(request: PolicyRequest): PolicyDecision;
  /** Says what will be asked of it, so that an engine elsewhere is asked about all of it at once. */
  foresee(requests: readonly PolicyRequest[]): void;
}

const CEDAR: Judge = { decide, foresee: () => undefined };

/** As often as facts may change between an answer and the transaction that asks for it. */
const MOST_ROUNDS = 4;
/** An answer decides about what happens now: one that waited this long is asked for again. */
const ANSWER_LIFETIME_MILLIS = 30_000;

interface Answer {
  exchange: Exchange;
  index: number;
  askedAt: number;
}

/**
 * Runs what decides. Under Cedar that is once. With a governance engine: an attempt that asks something new is undone
 * (its transaction rolls back), the engine is asked outside any transaction (law 2), and it runs again. An answer
 * counts only for the very question it was given for, so whatever changed in between is asked anew.
 * Throws `stale` when the facts never hold still.
 */
export async function judged<Result>(attempt: (judge: Judge) => Promise<Result>): Promise<Result> {
  const engine = governance();
  if (!engine) return attempt(CEDAR);
  const answers = new Map<string, Answer>();
  const judge = judgeBy(answers);
  for (let round = 0; ; round++) {
    try {
      return await attempt(judge);
    } catch (error) {
      if (!(error instanceof Unanswered)) throw error;
      if (round === MOST_ROUNDS)
        throw new AppError(
          "stale",
          "What is to be decided changed each time while the governance engine was asked.",
          { said: { key: "neverStill" }, remedy: "Nothing was done. Try again." },
        );
      await ask(engine, error.requests, answers);
    }
  }
}

/** What screens say of a question, without asking anybody and recording nothing. */
export function foretell(request: PolicyRequest): PolicyDecision {
  return governance() ? decideFloor(request) : decide(request);
}

/** No failure: what has to be asked before the transaction can be run. Passes through every verb. */
class Unanswered extends Error {
  readonly requests: readonly PolicyRequest[];

  constructor(requests: readonly PolicyRequest[]) {
    super("a governance engine has to be asked first");
    this.requests = requests;
  }
}

function judgeBy(answers: ReadonlyMap<string, Answer>): Judge {
  const answerTo = (request: PolicyRequest) => {
    const answer = answers.get(keyOf(request));
    const isOld = answer && performance.now() - answer.askedAt > ANSWER_LIFETIME_MILLIS;
    return isOld ? undefined : answer;
  };
  return {
    decide(request) {
      const answer = answerTo(request);
      if (!answer) throw new Unanswered([request]);
      return governedDecision(decideFloor(request), exchangeText(answer.exchange, answer.index));
    },
    foresee(requests) {
      const open = requests.filter((request) => !answerTo(request));
      if (open.length > 0) throw new Unanswered(open);
    },
  };
}

async function ask(
  engine: Governance,
  requests: readonly PolicyRequest[],
  answers: Map<string, Answer>,
): Promise<void> {
  const byKey = new Map(requests.map((request) => [keyOf(request), request]));
  const asked = [...byKey];
  for (let from = 0; from < asked.length; from += MOST_EVALUATIONS) {
    const part = asked.slice(from, from + MOST_EVALUATIONS);
    const exchange = await engine.ask(part.map(([, request]) => evaluationOf(request)));
    const askedAt = performance.now();
    for (const [index, [key]] of part.entries()) answers.set(key, { exchange, index, askedAt });
  }
}

/** A question with every fact in it. */
function keyOf({ entities, ...question }: PolicyRequest): string {
  const sorted = [...entities].sort((a, b) =>
    `${a.uid.type}::${a.uid.id}` < `${b.uid.type}::${b.uid.id}` ? -1 : 1,
  );
  return canonicalJson({ ...question, entities: sorted } as unknown as JsonValue);
}
