/** Why a certificate could not be read. The message never quotes what was read: a key may lie beside it. */
export class CertificateError extends Error {
  readonly failure: "absent" | "malformed" | "unreadable";

  constructor(failure: CertificateError["failure"], what: string) {
    super(`${what}: ${failure}`);
    this.name = "CertificateError";
    this.failure = failure;
  }
}
