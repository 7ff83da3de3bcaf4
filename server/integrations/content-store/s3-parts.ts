import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  type ObjectLockMode,
  type S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { ContentStoreError } from "./content-store.ts";
import type { StagedFile } from "./staged-file.ts";

/** One part of an upload, and what is in memory of one at a time. 10,000 of them are 160 GiB. */
export const PART_BYTES = 16_777_216;

/**
 * Uploads a staged file in parts, each with its own SHA-256, and completes it unless the key is there.
 * What was read again must have the digest under which it goes. Throws with status 412 when it exists.
 */
export async function uploadParts(
  client: S3Client,
  at: { Bucket: string; Key: string },
  staged: StagedFile,
  lock: { ObjectLockMode?: ObjectLockMode; ObjectLockRetainUntilDate?: Date },
): Promise<true> {
  const { UploadId } = await client.send(
    new CreateMultipartUploadCommand({
      ...at,
      ...lock,
      ChecksumAlgorithm: "SHA256",
      ContentType: "application/octet-stream",
    }),
  );
  const file = await open(staged.path, "r");
  try {
    const whole = createHash("sha256");
    const Parts: { PartNumber: number; ETag?: string; ChecksumSHA256: string }[] = [];
    for (let from = 0; from < staged.size; from += PART_BYTES) {
      const buffer = Buffer.alloc(Math.min(PART_BYTES, staged.size - from));
      await file.read(buffer, 0, buffer.length, from);
      whole.update(buffer);
      const PartNumber = Parts.length + 1;
      const ChecksumSHA256 = createHash("sha256").update(buffer).digest("base64");
      const { ETag } = await client.send(
        new UploadPartCommand({ ...at, UploadId, PartNumber, Body: buffer, ChecksumSHA256 }),
      );
      Parts.push({ PartNumber, ...(ETag ? { ETag } : {}), ChecksumSHA256 });
    }
    if (whole.digest("hex") !== staged.digest) throw new ContentStoreError("corrupt", "staging");
    await client.send(
      new CompleteMultipartUploadCommand({
        ...at,
        UploadId,
        IfNoneMatch: "*",
        MultipartUpload: { Parts },
      }),
    );
    return true;
  } catch (error) {
    const abort = new AbortMultipartUploadCommand({ ...at, UploadId });
    await client.send(abort).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
}
