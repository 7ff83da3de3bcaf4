import { ed25519Sign } from "#server/engines/merkle/ed25519.ts";

export interface WebhookMessage {
  id: string;
  /** When this attempt was begun. */
  at: Date;
  body: string;
}

/**
 * Headers of Standard Webhooks with an asymmetric signature: `v1a,` and the base64 of Ed25519 over
 * `id.timestamp.body` (https://www.standardwebhooks.com, "Asymmetric signatures").
 */
export function signedHeaders(seed: Uint8Array, message: WebhookMessage): Record<string, string> {
  const timestamp = Math.floor(message.at.getTime() / 1_000).toString();
  const signed = new TextEncoder().encode(`${message.id}.${timestamp}.${message.body}`);
  const signature = Buffer.from(ed25519Sign(seed, signed)).toString("base64");
  return {
    "webhook-id": message.id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1a,${signature}`,
  };
}
