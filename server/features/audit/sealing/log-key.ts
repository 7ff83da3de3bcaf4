import "server-only";
import { logSignerOf } from "#server/engines/merkle/log-signer.ts";
import {
  formatVerifierKey,
  type NoteSigner,
  type NoteVerifier,
  noteVerifier,
} from "#server/engines/merkle/note-key.ts";
import { signNote } from "#server/engines/merkle/signed-note.ts";
import { env } from "#server/platform/env/env.ts";
import { installationSeed } from "#server/platform/env/installation-seed.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** The name of a tenant's log: the first line of its checkpoints and the name of its key. */
export function logOrigin(tenant: AuthorizedTenantId): string {
  return `${env().LOG_ORIGIN}/${tenant}`;
}

const signers = new Map<string, NoteSigner>();

/**
 * The signing key of one tenant's log, derived from the installation's seed (which lives outside
 * Postgres).
 */
export function logSigner(tenant: AuthorizedTenantId): NoteSigner {
  const origin = logOrigin(tenant);
  const known = signers.get(origin);
  if (known) return known;
  const signer = logSignerOf(installationSeed(), origin);
  signers.set(origin, signer);
  return signer;
}

/** What auditors verify this tenant's checkpoints with. */
export function logVerifier(tenant: AuthorizedTenantId): NoteVerifier {
  const { name, publicKey } = logSigner(tenant);
  return noteVerifier(name, publicKey);
}

/** `origin+keyid+base64`, to be kept by auditors outside this installation. */
export function logVerifierKey(tenant: AuthorizedTenantId): string {
  return formatVerifierKey(logVerifier(tenant));
}

/** A text (ending in a newline) as a note that this tenant's log signed. */
export function signedByLog(tenant: AuthorizedTenantId, text: string): string {
  return signNote(text, logSigner(tenant));
}

/** Throws unless the installation can sign: called when a process starts. */
export function checkLogKey(): void {
  installationSeed();
}
