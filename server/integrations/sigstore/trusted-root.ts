import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { TrustedRoot } from "@sigstore/protobuf-specs";

/** A pinned root of trust, and the SHA-256 of the file that it was read from, in hex. */
export interface PinnedRoot {
  readonly root: TrustedRoot;
  readonly digest: string;
}

const MEDIA_TYPE = /^application\/vnd\.dev\.sigstore\.trustedroot/;

/** Reads a Sigstore `trusted_root.json`. Throws where it is none, or trusts no authority at all. */
export function readTrustedRoot(text: string): PinnedRoot {
  const json: unknown = JSON.parse(text);
  const root = TrustedRoot.fromJSON(json);
  if (!MEDIA_TYPE.test(root.mediaType)) throw new Error("this is not a Sigstore trusted root");
  if (root.certificateAuthorities.length === 0) {
    throw new Error("the trusted root names no certificate authority");
  }
  return { root, digest: createHash("sha256").update(text).digest("hex") };
}

/** The root that SIGSTORE_TRUSTED_ROOT names, read once; null where none is pinned. */
export function pinnedRoot(path: string | undefined): PinnedRoot | null {
  return path === undefined ? null : readTrustedRoot(readFileSync(path, "utf8"));
}
