import "server-only";
import { createHash } from "node:crypto";
import {
  type AnswerFailure,
  type ReadAnswer,
  readAnswer,
} from "#server/engines/authzen/read-answer.ts";
import { canonicalJson } from "#server/engines/canonical-json/canonical-json.ts";
import type { Exchange } from "./governance.ts";
import { decisionDigest } from "./policy-engine.ts";
import type { PolicyDecision } from "./policy-request.ts";

/** What is kept of one question's exchange, as it stands in the record. */
export interface RecordedExchange {
  engine: string;
  url: string;
  /** The bytes that were sent. */
  request: string;
  /** Which of the questions of the request is meant, of how many. */
  index: number;
  count: number;
  status: number | null;
  contentType: string | null;
  failure: AnswerFailure | null;
  /** The bytes that came back; base64 where they are no UTF-8. */
  response: string | null;
  responseEncoding: "utf8" | "base64";
  /** SHA-256 of those bytes, hexadecimal. */
  responseDigest: string | null;
}

/** The exchange as one text: RFC 8785 JSON, without any credential. */
export function exchangeText({ raw, engine, url, body, count }: Exchange, index: number): string {
  const bytes = raw.body === null ? null : Buffer.from(raw.body);
  const text = bytes?.toString("utf8") ?? null;
  // Postgres keeps no NUL in a text, nor could other bytes be given back.
  const isText =
    bytes !== null && text !== null && !text.includes("\0") && Buffer.from(text).equals(bytes);
  const kept: RecordedExchange = {
    engine,
    url,
    request: body,
    index,
    count,
    status: raw.status,
    contentType: raw.contentType,
    failure: raw.failure,
    response: isText ? text : (bytes?.toString("base64") ?? null),
    responseEncoding: isText ? "utf8" : "base64",
    responseDigest: bytes ? createHash("sha256").update(bytes).digest("hex") : null,
  };
  return canonicalJson({ ...kept });
}

/** What an engine said, read again from the bytes of the record. */
export function exchangeSaid(exchange: string): ReadAnswer {
  const kept = JSON.parse(exchange) as RecordedExchange;
  const { failure, status, contentType, response, responseEncoding, index, count } = kept;
  const body = response === null ? null : Buffer.from(response, responseEncoding);
  return readAnswer({ failure, status, contentType, body }, index, count);
}

/**
 * Joins a governance engine's word to the decision of what is never delegated: both must allow. The same floor and
 * the same exchange give the same decision, byte for byte (law 11).
 */
export function governedDecision(floor: PolicyDecision, exchange: string): PolicyDecision {
  const said = exchangeSaid(exchange);
  const { engine } = JSON.parse(exchange) as RecordedExchange;
  const isAllowed = floor.outcome === "allow" && said.decision;
  // Permits are no blockers: where something denies, only what denies is a reason.
  const byFloor = isAllowed || floor.outcome === "deny" ? floor.reasons : [];
  const byEngine = isAllowed
    ? ["governance-permitted"]
    : said.decision || said.failure
      ? []
      : ["governance-denied"];
  const { digest: _, ...rest } = floor;
  const decided = {
    ...rest,
    engine: "authzen" as const,
    exchange,
    outcome: isAllowed ? ("allow" as const) : ("deny" as const),
    reasons: [...byFloor, ...byEngine].sort(),
    errors: [...floor.errors, ...(said.failure ? [`governance-${said.failure}`] : [])].sort(),
    engineVersion: `${engine}${said.version ? ` ${said.version}` : ""} (AuthZEN 1.0), Cedar ${floor.engineVersion}`,
  };
  return { ...decided, digest: decisionDigest(decided) };
}
