import "server-only";
import { logSignerOf } from "#server/engines/merkle/log-signer.ts";
import {
  formatVerifierKey,
  type NoteSigner,
  type NoteVerifier,
  noteVerifier,
} from "#server/engines/merkle/note-key.ts";
import { env } from "#server/platform/env/env.ts";
import { installationSeed } from "#server/platform/env/installation-seed.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** The name of a tenant's log: the first line of its checkpoints and the name of its key. */
export function logOrigin(tenant: AuthorizedTenantId): string {
  return `${env().LOG_ORIGIN}/${tenant}`;
}

const signers = new Map<string, NoteSigner>();

/**
 * The first signing key of one tenant's log, derived from the installation's seed (which lives outside
 * Postgres). Later ones: `log-keys.ts`.
 */
export function logSigner(tenant: AuthorizedTenantId): NoteSigner {
  const origin = logOrigin(tenant);
  const known = signers.get(origin);
  if (known) return known;
  const signer = logSignerOf(installationSeed(), origin);
  signers.set(origin, signer);
  return signer;
}

/** What auditors verify checkpoints of the first key with, and follow the handovers from. */
export function logVerifier(tenant: AuthorizedTenantId): NoteVerifier {
  const { name, publicKey } = logSigner(tenant);
  return noteVerifier(name, publicKey);
}

/** The first key as `origin+keyid+base64`, to be kept by auditors outside this installation. */
export function logVerifierKey(tenant: AuthorizedTenantId): string {
  return formatVerifierKey(logVerifier(tenant));
}

/** Throws unless the installation can sign: called when a process starts. */
export function checkLogKey(): void {
  installationSeed();
}
