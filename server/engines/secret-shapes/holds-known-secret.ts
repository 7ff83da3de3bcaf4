/** Shapes in which well-known issuers give out secrets. */
export const KNOWN_SHAPES: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  // Tokens of OpenBao and Vault, and unseal shares in base64 or hexadecimal.
  /(?:^|[^A-Za-z0-9])(?:hv[sbr]|[sbr])\.[A-Za-z0-9_-]{24,}/,
  /(?:^|[^A-Za-z0-9+/])[A-Za-z0-9+/]{43}=(?![A-Za-z0-9+/=])/,
  /unseal[^\n]{0,40}[0-9a-f]{64,66}/i,
  /(?:^|[^A-Z0-9])(?:AKIA|ASIA)[A-Z0-9]{16}(?![A-Z0-9])/,
  /gh[pousr]_[A-Za-z0-9]{36}/,
  /xox[abprs]-[A-Za-z0-9-]{10,}/,
  /eyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\./,
  /AccountKey=[A-Za-z0-9+/=]{40,}/,
  /(?:password|passwort|secret|token)\s*[:=]\s*\S{8,}/i,
];

/** Whether a text seems to hold a secret, by shapes that are known: a net with holes, better than none. */
export function holdsKnownSecret(text: string): boolean {
  return KNOWN_SHAPES.some((shape) => shape.test(text));
}
