import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import type { Identity } from "#server/engines/quorum/types.ts";
import { isolated } from "#server/engines/words/isolated.ts";
import { AppError } from "#server/platform/errors/app-error.ts";

const MAX_BYTES = 32_768;

export interface ApprovalSubject {
  /** RFC 8785 text. */
  text: string;
  /** SHA-256 of the text: what every review names (DESIGN §6). */
  digest: Buffer;
}

/** Joins what is asked for with who asks, where. Throws `invalid` on what JSON cannot say. */
export function approvalSubject(
  tenant: string,
  requester: Identity,
  fields: Record<string, JsonValue>,
): ApprovalSubject {
  let text: string;
  try {
    text = canonicalJson({
      ...fields,
      tenant,
      requester: { issuer: requester.issuer, subject: requester.subject },
    });
  } catch (error) {
    throw new AppError("invalid", `subject: ${(error as Error).message}`, {
      said: { key: "approval.subjectNotJson", args: { why: isolated((error as Error).message) } },
      field: "subject",
    });
  }
  if (Buffer.byteLength(text) > MAX_BYTES) {
    throw new AppError("invalid", `subject: has more than ${MAX_BYTES} bytes`, {
      said: { key: "approval.subjectTooLarge", args: { most: MAX_BYTES } },
      field: "subject",
      remedy: "Name large parts by their digests.",
    });
  }
  return { text, digest: createHash("sha256").update(text).digest() };
}
