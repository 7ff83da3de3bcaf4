import "server-only";
import { createHash, hkdfSync } from "node:crypto";
import { ed25519PublicKey } from "#server/engines/merkle/ed25519.ts";
import { installationSeed } from "#server/platform/env/installation-seed.ts";

let cached: Uint8Array | undefined;

/**
 * The installation's Ed25519 seed for webhooks, derived (HKDF-SHA-256, RFC 5869) from the key that
 * lives outside Postgres, so that a webhook's signature can never be one of a log.
 */
export function webhookSeed(): Uint8Array {
  cached ??= deriveSeed();
  return cached;
}

/** The public key in the form of Standard Webhooks: `whpk_` and base64. */
export function webhookPublicKey(): string {
  return `whpk_${Buffer.from(ed25519PublicKey(webhookSeed())).toString("base64")}`;
}

/** The first 16 hex digits of the SHA-256 of the public key: tells which key an installation signs with. */
export function webhookKeyId(): string {
  const key = ed25519PublicKey(webhookSeed());
  return createHash("sha256").update(key).digest("hex").slice(0, 16);
}

function deriveSeed(): Uint8Array {
  const info = "sovereign-console/webhook-signing/v1";
  return new Uint8Array(hkdfSync("sha256", installationSeed(), "", info, 32));
}
