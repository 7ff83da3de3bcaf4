import type { Manifest, ManifestProblem } from "#server/engines/kubernetes/read-manifests.ts";
import type { SshRejection } from "#server/engines/ssh-signature/verify-ssh-signature.ts";

export const DESIRED_KINDS = ["git", "pulumi", "folder"] as const;
export type DesiredKind = (typeof DESIRED_KINDS)[number];

/** Who wrote what is asked for, where the source tells (Git). */
export interface DesiredCommit {
  hash: string;
  /** Null where the commit says no date that can be one. */
  authoredAt: Date | null;
  signature: CommitSignature;
}

/**
 * - `none`: it carries no signature.
 * - `unchecked`: it carries one, and the configuration doesn't say whose count.
 * - `verified`: of one who is allowed to sign, at the time that the commit says.
 * - `rejected`: of nobody who is allowed, of another text, or of a kind that is not understood (OpenPGP).
 */
export type CommitSignature =
  | { state: "none" | "unchecked" }
  | { state: "verified"; signer: string; fingerprint: string }
  | { state: "rejected"; why: SshRejection | "openpgp"; fingerprint: string | null };

/** What one source asks for of one cluster, as of one reading. */
export interface DesiredContents {
  /** Values of `Secret` objects are not among them; encrypted values are `HIDDEN_VALUE`. */
  manifests: readonly Manifest[];
  /** What could not be read. While there is one, an object that isn't there may still be wanted. */
  problems: readonly ManifestProblem[];
  /** The commit's hash, or what the stack calls its own; null for a folder. */
  revision: string | null;
  commit: DesiredCommit | null;
  /** What the reader should know and what is no fault: an update that was under way, parts left out. */
  notes: readonly string[];
  /** SHA-256 in hex: the same contents give the same digest. */
  digest: string;
  /** When what was read was written: the author's date, the export's, the newest file's. */
  takenAt: Date | null;
}

/** What a cluster should be, from one place. Reading twice what did not change is cheap. */
export interface DesiredSource {
  readonly kind: DesiredKind;
  /** Told in findings and on screen; never holds a credential. */
  readonly name: string;
  readonly cluster: string;
  /** Throws DesiredSourceError when the whole can't be read; single bad files are problems. */
  read(): Promise<DesiredContents>;
  close(): Promise<void>;
}

export const DESIRED_FAILURES = [
  "away",
  "forbidden",
  "no-such-repository",
  "no-such-branch",
  "no-such-path",
  "unreadable",
  "too-large",
  "untrusted",
] as const;
export type DesiredFailure = (typeof DESIRED_FAILURES)[number];

/** Why a source could not be read at all. The message names no credential. */
export class DesiredSourceError extends Error {
  readonly failure: DesiredFailure;

  constructor(failure: DesiredFailure, message: string) {
    super(message);
    this.name = "DesiredSourceError";
    this.failure = failure;
  }
}
