import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { CreateBucketCommand, S3Client } from "@aws-sdk/client-s3";
import { throwawayDirectory } from "#test/harness/throwaway-directory.ts";
import { freePorts, startServer } from "../running-server.ts";

export interface RunningVersitygw {
  readonly endpoint: string;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Has object lock. */
  readonly bucket: string;
  stop(): Promise<void>;
}

/** A real S3 server on loopback over a throwaway folder, with a bucket that has object lock. */
export async function startVersitygw(program: string): Promise<RunningVersitygw> {
  const directory = await throwawayDirectory();
  const [port = 0] = await freePorts(1);
  const endpoint = `http://127.0.0.1:${port}`;
  const credentials = {
    accessKeyId: "console",
    secretAccessKey: randomBytes(24).toString("hex"),
  };
  for (const name of ["data", "versions", "meta"]) await mkdir(join(directory, name));
  const server = await startServer({
    name: "versitygw",
    program,
    args: [
      "--port",
      `127.0.0.1:${port}`,
      "--quiet",
      "posix",
      "--versioning-dir",
      join(directory, "versions"),
      "--sidecar",
      join(directory, "meta"),
      join(directory, "data"),
    ],
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      NODE_ENV: process.env.NODE_ENV,
      ROOT_ACCESS_KEY: credentials.accessKeyId,
      ROOT_SECRET_KEY: credentials.secretAccessKey,
    },
    logFile: join(directory, "versitygw.log"),
    isReady: () =>
      fetch(endpoint).then(
        () => true,
        () => false,
      ),
    startTimeout: 60_000,
  });
  const bucket = "evidence";
  const client = new S3Client({ endpoint, region: "us-east-1", forcePathStyle: true, credentials });
  await client.send(new CreateBucketCommand({ Bucket: bucket, ObjectLockEnabledForBucket: true }));
  client.destroy();
  return {
    endpoint,
    ...credentials,
    bucket,
    async stop() {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
