import { readFile, rm } from "node:fs/promises";
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type ObjectLockMode,
  PutObjectCommand,
  PutObjectRetentionCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { checkedBytes } from "./checked-bytes.ts";
import { type ContentStore, keyOf } from "./content-store.ts";
import { failureOf, isStatus } from "./s3-failure.ts";
import { PART_BYTES, uploadParts } from "./s3-parts.ts";
import { stageFile } from "./staged-file.ts";

export interface S3StoreOptions {
  /** e.g. `https://s3.example.om`; buckets are below its path. */
  readonly endpoint: string;
  readonly bucket: string;
  /** Before every key, without slashes at its ends; empty for none. */
  readonly prefix: string;
  readonly region: string;
  /** How `retainUntil` binds; null where the bucket has no object lock. */
  readonly lock: "compliance" | "governance" | null;
  /** Asked before calls, so that rotated keys are used; without it the environment's own identity. */
  readonly credentials?: () => Promise<{ accessKeyId: string; secretAccessKey: string }>;
  /** A folder on this machine for what is on its way there. */
  readonly stagingDirectory: string;
}

/**
 * Object storage that speaks S3. The digest goes with each upload, so that what arrives otherwise is
 * refused there; a key that exists is never written again.
 */
export function s3Store(options: S3StoreOptions): ContentStore {
  const { bucket, lock } = options;
  const client = new S3Client({
    endpoint: options.endpoint,
    region: options.region,
    forcePathStyle: true,
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    maxAttempts: 4,
    ...(options.credentials ? { credentials: options.credentials } : {}),
  });
  const at = (digest: string) => ({
    Bucket: bucket,
    Key: options.prefix === "" ? keyOf(digest) : `${options.prefix}/${keyOf(digest)}`,
  });
  const lockOf = (retainUntil: Date | undefined) =>
    lock && retainUntil
      ? {
          ObjectLockMode: lock.toUpperCase() as ObjectLockMode,
          ObjectLockRetainUntilDate: retainUntil,
        }
      : {};

  const sizeOf = async (digest: string) => {
    const head = await call("look", () => client.send(new HeadObjectCommand(at(digest)))).catch(
      (error: unknown) => {
        if (isStatus(error, 404)) return undefined;
        throw error;
      },
    );
    return head?.ContentLength;
  };

  return {
    async put(content, { retainUntil } = {}) {
      const staged = await stageFile(options.stagingDirectory, content);
      try {
        const { digest, size } = staged;
        const isNew = await call("put", async () => {
          if (size > PART_BYTES) {
            return uploadParts(client, at(digest), staged, lockOf(retainUntil));
          }
          await client.send(
            new PutObjectCommand({
              ...at(digest),
              ...lockOf(retainUntil),
              Body: await readFile(staged.path),
              IfNoneMatch: "*",
              ChecksumSHA256: Buffer.from(digest, "hex").toString("base64"),
              ContentType: "application/octet-stream",
            }),
          );
          return true;
        }).catch((error: unknown) => {
          if (isStatus(error, 412)) return false;
          throw error;
        });
        if (!isNew) await keepLonger(digest, retainUntil);
        return { digest, size };
      } finally {
        await rm(staged.path, { force: true });
      }
    },
    async get(digest, range) {
      if (range && range.end <= range.start) return none();
      const Range = range ? { Range: `bytes=${range.start}-${range.end - 1}` } : {};
      const found = await call("get", () =>
        client.send(new GetObjectCommand({ ...at(digest), ...Range })),
      ).catch((error: unknown) => {
        if (isStatus(error, 404)) return undefined;
        throw error;
      });
      if (!found) return undefined;
      const bytes = found.Body as unknown as AsyncIterable<Uint8Array>;
      return range ? bytes : checkedBytes(bytes, digest);
    },
    size: sizeOf,
    async remove(digest) {
      // With versions a plain delete would only hide it: the version itself goes, or is said to be locked.
      const head = await call("look", () => client.send(new HeadObjectCommand(at(digest)))).catch(
        (error: unknown) => {
          if (isStatus(error, 404)) return undefined;
          throw error;
        },
      );
      if (!head) return;
      const VersionId = head.VersionId ? { VersionId: head.VersionId } : {};
      await call("remove", () =>
        client.send(new DeleteObjectCommand({ ...at(digest), ...VersionId })),
      );
    },
    close: () => client.destroy(),
  };

  async function keepLonger(digest: string, retainUntil: Date | undefined): Promise<void> {
    const { ObjectLockMode: Mode } = lockOf(retainUntil) as { ObjectLockMode?: ObjectLockMode };
    if (!Mode || !retainUntil) return;
    const head = await call("look", () => client.send(new HeadObjectCommand(at(digest))));
    const until = head.ObjectLockRetainUntilDate;
    if (until && until >= retainUntil) return;
    const Retention = { Mode, RetainUntilDate: retainUntil };
    await call("lock", () =>
      client.send(new PutObjectRetentionCommand({ ...at(digest), Retention })),
    );
  }

  async function call<Result>(what: string, act: () => Promise<Result>): Promise<Result> {
    try {
      return await act();
    } catch (error) {
      if (isStatus(error, 404) || isStatus(error, 412)) throw error;
      throw failureOf(what, error);
    }
  }
}

async function* none(): AsyncGenerator<Uint8Array> {
  // Nothing was asked for.
}
