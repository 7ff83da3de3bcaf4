import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { stateOf, VERDICTS, type Verdict } from "./fact.ts";

export const EVIDENCE_FORMAT = "sovereign-console/isolation-evidence/v1";

/** SHA-256 in hex of a value as canonical JSON (RFC 8785). */
export function digestOf(value: JsonValue): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** Adds the digest of everything in the document to it. */
export function sealedDocument<Document extends object>(
  document: Document,
): Document & { documentDigest: string } {
  return { ...document, documentDigest: digestOf(document as JsonValue) };
}

export interface EvidenceCheck {
  name: "format" | "document" | "facts" | "state" | "last-change";
  isSound: boolean;
  detail: string;
}

type Fields = Record<string, unknown>;

/**
 * Computes again what a document of one cell claims: its own digest, that of its facts, the state that the
 * facts make, and that its last change was to these facts. Whether the event of that change is in
 * the log is for `console log verify`: the event's payload names the digest of its facts.
 */
export function verifyEvidence(document: unknown): EvidenceCheck[] {
  const fields = (
    typeof document === "object" && document !== null && !Array.isArray(document) ? document : {}
  ) as Fields;
  if (fields.format !== EVIDENCE_FORMAT) {
    return [
      { name: "format", isSound: false, detail: `it is not of the format ${EVIDENCE_FORMAT}` },
    ];
  }
  const { documentDigest, ...rest } = fields;
  const facts = Array.isArray(fields.facts) ? (fields.facts as Fields[]) : [];
  const whole = digestOf(rest as JsonValue);
  const ofFacts = digestOf(facts as unknown as JsonValue);
  const verdicts = facts.map(({ verdict }) => ({ verdict: verdict as Verdict }));
  const isKnown = verdicts.every(({ verdict }) => VERDICTS.includes(verdict));
  const state = stateOf(verdicts);
  const [last] = Array.isArray(fields.changes) ? (fields.changes as Fields[]) : [];
  return [
    same("document", documentDigest, whole),
    same("facts", fields.factsDigest, ofFacts),
    isKnown
      ? same("state", fields.state, state)
      : same("state", "known verdicts", "an unknown one"),
    same("last-change", last?.state ?? fields.state, fields.state),
  ];
}

function same(name: EvidenceCheck["name"], claimed: unknown, computed: unknown): EvidenceCheck {
  const isSound = claimed === computed;
  const detail = isSound
    ? String(computed)
    : `${String(claimed)} is claimed, ${String(computed)} computed`;
  return { name, isSound, detail };
}
