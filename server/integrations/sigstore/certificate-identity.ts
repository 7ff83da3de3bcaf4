import type { Signer as VerifiedSigner } from "@sigstore/verify";
import type { Signer } from "#server/engines/supply-chain/judge-image.ts";
import { soleNames, utf8String } from "./der-names.ts";

const SUBJECT_ALTERNATIVE_NAME = "2.5.29.17";
const ISSUER = "1.3.6.1.4.1.57264.1.8";
const SOURCE_REPOSITORY = "1.3.6.1.4.1.57264.1.12";
const SOURCE_REF = "1.3.6.1.4.1.57264.1.14";

/**
 * Who a verified certificate speaks for. The library decodes names as seven-bit text and matches them
 * as patterns; here a name counts only where the certificate's own bytes are exactly that name, alone.
 * Null where they are not. Source: fulcio/docs/oid-info.md.
 */
export function certificateIdentity({ identity }: VerifiedSigner): Signer | null {
  const bytesOf = (wanted: string) =>
    identity?.oids?.find(({ oid }) => oid?.id.join(".") === wanted)?.value;
  const textOf = (wanted: string, text = decoded(bytesOf(wanted))) =>
    text !== null && bytesOf(wanted)?.equals(utf8String(text)) ? text : null;
  const subject = identity?.subjectAlternativeName;
  const names = bytesOf(SUBJECT_ALTERNATIVE_NAME);
  const issuer = textOf(ISSUER);
  if (!subject || !names || issuer === null) return null;
  if (!soleNames(subject).some((form) => form.equals(names))) return null;
  return {
    kind: "identity",
    issuer,
    subject,
    repository: textOf(SOURCE_REPOSITORY),
    ref: textOf(SOURCE_REF),
  };
}

/** The text of a DER UTF8String, before it is compared with the bytes again. */
function decoded(bytes: Buffer | undefined): string | null {
  if (!bytes || bytes.length < 2) return null;
  const long = (bytes[1] as number) & 0x80 ? (bytes[1] as number) & 0x7f : 0;
  return bytes.subarray(2 + long).toString("utf8");
}
