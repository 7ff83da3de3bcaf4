import { readFile } from "node:fs/promises";
import {
  type AllowedSigner,
  AllowedSignersError,
  allowedSigners,
} from "#server/engines/ssh-signature/allowed-signers.ts";
import { verifySshSignature } from "#server/engines/ssh-signature/verify-ssh-signature.ts";
import type { GitConfig } from "../desired-config.ts";
import { type CommitSignature, DesiredSourceError } from "../desired-source.ts";
import { signedCommit } from "./signed-commit.ts";

export interface Signers {
  text: string;
  allowed: readonly AllowedSigner[];
  isRequired: boolean;
}

export interface CommitObject {
  hash: string;
  /** As Git stores it, without its own header. */
  object: Buffer;
  committedAt: Date | null;
}

/** Reads the configured file anew: signers come and go. Throws DesiredSourceError when nobody can say who counts. */
export async function signersOf({ signers }: GitConfig): Promise<Signers | null> {
  if (!signers) return null;
  try {
    const text = await readFile(signers.file, "utf8");
    return { text, allowed: allowedSigners(text), isRequired: signers.required };
  } catch (error) {
    const why = error instanceof AllowedSignersError ? error.message : "it can't be read";
    throw new DesiredSourceError("untrusted", `the file of allowed signers: ${why}`);
  }
}

/** What the signature of a commit comes to. Throws DesiredSourceError when one is required and doesn't count. */
export function checkSignature(
  { hash, object, committedAt }: CommitObject,
  signers: Signers | null,
): CommitSignature {
  const signature = verdictOf(object, committedAt, signers);
  if (!signers?.isRequired || signature.state === "verified") return signature;
  const why = signature.state === "rejected" ? signature.why : "unsigned";
  const message = `the commit ${hash.slice(0, 12)} is of none of the allowed signers (${why})`;
  throw new DesiredSourceError("untrusted", message);
}

function verdictOf(
  object: Buffer,
  committedAt: Date | null,
  signers: Signers | null,
): CommitSignature {
  const { payload, signature } = signedCommit(object);
  if (signature === null) return { state: "none" };
  if (!signers) return { state: "unchecked" };
  if (signature.includes("BEGIN PGP")) {
    return { state: "rejected", why: "openpgp", fingerprint: null };
  }
  return verifySshSignature({
    message: payload,
    armored: signature,
    namespace: "git",
    signers: signers.allowed,
    // A date that can't be one is outside of any time for which a key is said to be valid.
    at: committedAt ?? new Date(Number.NaN),
  });
}
