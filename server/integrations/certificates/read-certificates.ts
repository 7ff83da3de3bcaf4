import { X509Certificate } from "node:crypto";
import { readFile } from "node:fs/promises";
import { CertificateError } from "./certificate-error.ts";

/** What a certificate says of itself. */
export interface CertificateFacts {
  subject: string;
  issuer: string;
  /** Lower-case hex. */
  serialNumber: string;
  /** Lower-case hex. */
  sha256: string;
  notBefore: Date;
  notAfter: Date;
  dnsNames: string[];
  uris: string[];
  isCa: boolean;
}

const BLOCK = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM text in their order, the leaf first. Whatever else is in it is not looked at. */
export function readCertificates(pem: string): CertificateFacts[] {
  const blocks = pem.match(BLOCK) ?? [];
  if (blocks.length === 0) throw new CertificateError("absent", "certificate");
  return blocks.map((block) => {
    try {
      return toFacts(new X509Certificate(block));
    } catch {
      throw new CertificateError("malformed", "certificate");
    }
  });
}

/** The certificates of a PEM file. */
export async function readCertificateFile(path: string): Promise<CertificateFacts[]> {
  let pem: string;
  try {
    pem = await readFile(path, "utf8");
  } catch (error) {
    const isGone = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new CertificateError(isGone ? "absent" : "unreadable", "certificate file");
  }
  return readCertificates(pem);
}

function toFacts(certificate: X509Certificate): CertificateFacts {
  const names = splitNames(certificate.subjectAltName ?? "");
  const named = (kind: string) =>
    names.flatMap((name) => (name.startsWith(kind) ? [name.slice(kind.length)] : []));
  return {
    subject: oneLine(certificate.subject),
    issuer: oneLine(certificate.issuer),
    serialNumber: certificate.serialNumber.toLowerCase(),
    sha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
    notBefore: certificate.validFromDate,
    notAfter: certificate.validToDate,
    dnsNames: named("DNS:"),
    uris: named("URI:"),
    isCa: certificate.ca,
  };
}

/** Node writes names separated by `, ` and quotes, as JSON, those that hold a separator themselves. */
function splitNames(text: string): string[] {
  const parts = text.match(/[A-Za-z ]+:(?:"(?:[^"\\]|\\.)*"|[^,]*)/g) ?? [];
  return parts.map((part) => {
    const [, kind = "", value = ""] = /^\s*([^:]+:)(.*)$/s.exec(part) ?? [];
    return kind + (value.startsWith('"') ? String(JSON.parse(value)) : value);
  });
}

function oneLine(name: string): string {
  return (name ?? "").split("\n").join(", ");
}
