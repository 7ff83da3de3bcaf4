import "server-only";
import { createHash, X509Certificate } from "node:crypto";

/**
 * The certificate that a header holds: a byte sequence with its DER (RFC 9440, `Client-Cert`), or PEM
 * that was URL-encoded, as nginx and its kin write it. Null for anything else, two of them included.
 */
export function certificateIn(header: string): X509Certificate | null {
  const text = header.trim();
  const der = /^:([A-Za-z0-9+/]+={0,2}):$/.exec(text)?.[1];
  try {
    if (der) return new X509Certificate(Buffer.from(der, "base64"));
    const pem = decodeURIComponent(text).trim();
    const isOne = /^-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----$/.test(
      pem,
    );
    return isOne ? new X509Certificate(pem) : null;
  } catch {
    return null;
  }
}

/** SHA-256 of the certificate's DER, as the claim `x5t#S256` has it (RFC 8705 §3.1). */
export function thumbprintOf({ raw }: X509Certificate): string {
  return createHash("sha256").update(raw).digest("base64url");
}

/** What `watchClientCertificates` writes, and nobody outside this process can. */
export const MARK_HEADER = "x-console-client-certificate";

const shared = globalThis as typeof globalThis & { consoleCertificateMark?: string };

/**
 * The thumbprint of the client certificate that a trusted proxy vouched for, or null. Whatever header
 * a caller sends himself, this is null.
 */
export function clientCertificateThumbprint(headers: Headers): string | null {
  const [mark, thumbprint, ...more] = headers.get(MARK_HEADER)?.split(" ") ?? [];
  const isOurs = mark !== undefined && mark === shared.consoleCertificateMark && more.length === 0;
  return isOurs && thumbprint ? thumbprint : null;
}
