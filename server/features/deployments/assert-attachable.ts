import "server-only";
import { z } from "zod";
import type { ImageReference } from "#server/engines/deployments/image-reference.ts";
import { readAttachment } from "#server/engines/supply-chain/read-attachment.ts";
import { readGrypeReport, readSyftReport } from "#server/engines/supply-chain/reports.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { ATTACHMENT_BYTES, type AttachmentKind } from "./evidence-schema.ts";

const REMEDY: Record<AttachmentKind, string> = {
  attestation: "Attach a Sigstore bundle of version 0.3, or what `cosign download` prints.",
  vulnerabilities: "Attach what `grype <image> -o json` prints.",
  sbom: "Attach what `syft <image> -o json` prints.",
};

/**
 * Throws `invalid` for what can't be evidence: too large, not JSON, in no known form, or a report about
 * another image. Whether a signature holds is found later.
 */
export function assertAttachable(
  kind: AttachmentKind,
  body: string,
  images: readonly ImageReference[],
): void {
  const most = ATTACHMENT_BYTES[kind];
  const refused = (what: string, key: string) =>
    new AppError("invalid", `body: ${what}`, {
      field: "body",
      remedy: REMEDY[kind],
      said: { key: `attachment.${key}`, args: { kib: most / 1024 } },
    });
  if (Buffer.byteLength(body, "utf8") > most)
    throw refused(`is larger than ${most / 1024} KiB`, "tooLarge");
  let digests: string[];
  try {
    digests = digestsNamed(kind, JSON.parse(body));
  } catch (error) {
    throw refused(whyNot(kind, error), error instanceof SyntaxError ? "notJson" : "unreadable");
  }
  if (kind === "attestation" || images.some(({ digest }) => digests.includes(digest))) return;
  throw refused("is a report about none of the images that are asked for", "otherImages");
}

function digestsNamed(kind: AttachmentKind, json: unknown): string[] {
  if (kind === "vulnerabilities") return readGrypeReport(json).digests;
  if (kind === "sbom") return readSyftReport(json).digests;
  readAttachment(json);
  return [];
}

function whyNot(kind: AttachmentKind, error: unknown): string {
  if (error instanceof SyntaxError) return "is not JSON";
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    return `is not a report that can be read, at ${issue?.path.join(".") || "its top"}`;
  }
  return kind === "attestation" && error instanceof Error
    ? `can't be read: ${error.message.slice(0, 200)}`
    : "can't be read";
}
