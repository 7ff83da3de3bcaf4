import "server-only";
import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { z } from "zod";
import { env } from "#server/platform/env/env.ts";
import { type ContentStore, ContentStoreError } from "./content-store.ts";
import { folderStore } from "./folder.ts";
import { s3Store } from "./s3.ts";

const Credentials = z.object({
  accessKeyId: z.string().min(1),
  secretAccessKey: z.string().min(1),
});

/**
 * The store that `CONTENT_STORE` names: `folder:/absolute/path`, or
 * `s3:https://endpoint/bucket/prefix?region=…&lock=compliance|governance`; without it a folder below `DATA_DIR`.
 * Throws with what is wrong and how to mend it.
 */
export function openContentStore(
  {
    CONTENT_STORE: setting = `folder:${join(env().DATA_DIR, "content")}`,
    CONTENT_STORE_CREDENTIALS_FILE: credentialsFile = env().CONTENT_STORE_CREDENTIALS_FILE,
    DATA_DIR: dataDir = env().DATA_DIR,
  }: {
    CONTENT_STORE?: string | undefined;
    CONTENT_STORE_CREDENTIALS_FILE?: string | undefined;
    DATA_DIR?: string;
  } = { CONTENT_STORE: env().CONTENT_STORE },
): ContentStore {
  if (setting.startsWith("folder:")) {
    const path = setting.slice("folder:".length);
    if (!isAbsolute(path)) throw wrong("folder: needs an absolute path");
    return folderStore(path);
  }
  const url = /^s3:https?:\/\//.test(setting) ? new URL(setting.slice("s3:".length)) : undefined;
  if (!url) throw wrong("it begins with folder:/… or s3:https://…");
  const [bucket = "", ...rest] = url.pathname.split("/").filter(Boolean);
  if (bucket === "")
    throw wrong("s3: names a bucket after the endpoint: s3:https://endpoint/bucket");
  const lock = url.searchParams.get("lock");
  if (lock !== null && lock !== "compliance" && lock !== "governance") {
    throw wrong("lock is compliance or governance, or left out");
  }
  return s3Store({
    endpoint: url.origin,
    bucket,
    prefix: rest.join("/"),
    region: url.searchParams.get("region") ?? "us-east-1",
    lock,
    ...(credentialsFile ? { credentials: () => credentialsIn(credentialsFile) } : {}),
    stagingDirectory: join(dataDir, "content-staging"),
  });
}

async function credentialsIn(file: string): Promise<z.infer<typeof Credentials>> {
  const read = Credentials.safeParse(JSON.parse(await readFile(file, "utf8")));
  if (read.success) return read.data;
  throw new ContentStoreError(
    "refused",
    `CONTENT_STORE_CREDENTIALS_FILE: ${file} is JSON with accessKeyId and secretAccessKey`,
  );
}

function wrong(why: string): Error {
  return new Error(`CONTENT_STORE: ${why}.`);
}
