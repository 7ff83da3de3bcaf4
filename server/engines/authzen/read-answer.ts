/** Why no answer came, or none that says yes or no. Every one of them denies (law 7). */
export type AnswerFailure =
  | "unreachable"
  | "timeout"
  | "tls"
  | "credential"
  | "redirect"
  | "http-status"
  | "content-type"
  | "too-large"
  | "malformed"
  | "decision-not-boolean"
  | "wrong-count"
  | "wrong-request-id";

/** What came back, byte for byte; `failure` when nothing whole did. */
export interface RawAnswer {
  failure: AnswerFailure | null;
  status: number | null;
  contentType: string | null;
  body: Uint8Array | null;
}

export interface ReadAnswer {
  decision: boolean;
  failure: AnswerFailure | null;
  /** What the engine says of why: texts of `reason_user`, `reason_admin`, `reason` and `reasons`, sorted. */
  reasons: string[];
  /** What the engine calls itself in `context.version`, where it says so. */
  version: string | null;
}

export const MAX_ANSWER_BYTES = 65_536;
const MAX_REASONS = 20;
const MAX_REASON_LENGTH = 300;

/**
 * Reads the answer to one question: the `index`th of `count`. Allowed only by the JSON value `true` in a whole,
 * well-formed 200 answer of the content type `application/json`; everything else denies, and says why.
 */
export function readAnswer(raw: RawAnswer, index: number, count: number): ReadAnswer {
  const denied = (failure: AnswerFailure | null): ReadAnswer => ({
    decision: false,
    failure,
    reasons: [],
    version: null,
  });
  if (raw.failure) return denied(raw.failure);
  const { status, contentType, body } = raw;
  if (status === null || body === null) return denied("unreachable");
  if (status >= 300 && status < 400) return denied("redirect");
  if (status !== 200) return denied("http-status");
  if (!/^application\/json\s*(;.*)?$/i.test(contentType ?? "")) return denied("content-type");
  if (body.length > MAX_ANSWER_BYTES) return denied("too-large");
  const answer = parse(body);
  if (!isObject(answer)) return denied("malformed");
  if (count === 1) return oneAnswer(answer, denied);
  if (!Array.isArray(answer.evaluations)) return denied("malformed");
  // An answer too few or too many: which belongs to which question is not known any more.
  if (answer.evaluations.length !== count) return denied("wrong-count");
  const own = answer.evaluations[index] as unknown;
  return isObject(own) ? oneAnswer(own, denied) : denied("malformed");
}

function oneAnswer(
  answer: Record<string, unknown>,
  denied: (failure: AnswerFailure) => ReadAnswer,
): ReadAnswer {
  if (typeof answer.decision !== "boolean") return denied("decision-not-boolean");
  const context = answer.context ?? {};
  if (!isObject(context)) return denied("malformed");
  const { version } = context;
  const reasons = ["reason", "reasons", "reason_user", "reason_admin"].flatMap((name) =>
    textsIn(context[name]),
  );
  return {
    decision: answer.decision,
    failure: null,
    reasons: [...new Set(reasons)].sort().slice(0, MAX_REASONS),
    version: typeof version === "string" && /^[\w .:+/-]{1,100}$/.test(version) ? version : null,
  };
}

function textsIn(value: unknown): string[] {
  if (typeof value === "string") {
    // Neither a log line nor a screen takes what breaks lines or turns their direction.
    const text = value.replace(/[\p{Cc}\p{Bidi_Control}]/gu, " ");
    return text.trim() === "" ? [] : [text.trim().slice(0, MAX_REASON_LENGTH)];
  }
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
