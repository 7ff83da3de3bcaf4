export interface PageContext {
  /** Unguessable, new for every response. */
  nonce: string;
  /** Production is reached over TLS only; a demo on localhost is not. */
  isProduction: boolean;
  /** Origins a form may end up at after redirects: the allow-listed identity providers. */
  identityOrigins: readonly string[];
}

/** The content security policy of a page: nothing but our own, scripts only by nonce. */
export function pagePolicy({ nonce, isProduction, identityOrigins }: PageContext): string {
  return [
    "default-src 'none'",
    `script-src 'nonce-${nonce}' 'strict-dynamic'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    ["form-action 'self'", ...identityOrigins].join(" "),
    "frame-ancestors 'none'",
    "base-uri 'none'",
    ...(isProduction ? ["upgrade-insecure-requests"] : []),
  ].join("; ");
}

/** The policy of an answer that is no page: even if a browser renders it, nothing runs. */
export const DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

const PERMISSIONS = [
  "accelerometer",
  "browsing-topics",
  "camera",
  "display-capture",
  "geolocation",
  "gyroscope",
  "magnetometer",
  "microphone",
  "midi",
  "payment",
  "usb",
];

/** The headers every answer carries, page or data. HSTS in production: two years. */
export function commonHeaders(isProduction: boolean): Record<string, string> {
  return {
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": [
      ...PERMISSIONS.map((name) => `${name}=()`),
      // Security keys, for our own pages alone: none is framed.
      "publickey-credentials-create=(self)",
      "publickey-credentials-get=(self)",
    ].join(", "),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    ...(isProduction
      ? { "Strict-Transport-Security": "max-age=63072000; includeSubDomains" }
      : undefined),
  };
}
