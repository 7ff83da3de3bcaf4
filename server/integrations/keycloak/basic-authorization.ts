import "server-only";
import type { SecretValue } from "#server/platform/secret-value.ts";

export interface ConfidentialClient {
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: SecretValue;
}

/** RFC 6749 §2.3.1: both parts are form-encoded before they are joined. */
export function basicAuthorization({ clientId, clientSecret }: ConfidentialClient): string {
  const encode = (text: string) => encodeURIComponent(text).replace(/%20/g, "+");
  const pair = `${encode(clientId)}:${encode(clientSecret.reveal())}`;
  return `Basic ${Buffer.from(pair).toString("base64")}`;
}
