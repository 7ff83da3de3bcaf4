import "server-only";
import {
  constants,
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  privateDecrypt,
  randomBytes,
} from "node:crypto";
import { mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AppError } from "../errors/app-error.ts";
import type { KeyKeeper } from "./key-keeper.ts";

const IV_BYTES = 12;
const TAG_BYTES = 16;
const RSA_BITS = 4_096;
/** RFC 5649: AES key wrap with padding. */
const KWP_IV = Buffer.from("A65959A6", "hex");
const IMPORT_KEY = "import-key.pem";

/**
 * Root keys as files of one folder, `<tenant>/<version>`, 64 hexadecimal digits each: for an installation without
 * a vault. The folder is shared by all replicas, and is backed up apart from the database, or not at all.
 */
export function localKeyKeeper(folder: string): KeyKeeper {
  const folderOf = (tenant: string) => join(folder, tenant);
  const fileOf = (tenant: string, version: number) => join(folderOf(tenant), String(version));

  async function versions(tenant: string): Promise<number[]> {
    const names = await readdir(folderOf(tenant)).catch(() => []);
    return names.filter((name) => /^[1-9]\d*$/.test(name)).map(Number);
  }

  async function put(tenant: string, version: number, key: Buffer): Promise<number> {
    await mkdir(folderOf(tenant), { recursive: true, mode: 0o700 });
    // `wx`: who comes second takes what is there.
    await writeFile(fileOf(tenant, version), key.toString("hex"), {
      mode: 0o600,
      flag: "wx",
    }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
    });
    return version;
  }

  async function rootKey(tenant: string, version: number): Promise<Buffer> {
    const text = (await readFile(fileOf(tenant, version), "utf8")).trim();
    if (!/^[0-9a-f]{64}$/.test(text)) throw new Error(`root key ${version} of ${tenant} is no key`);
    return Buffer.from(text, "hex");
  }

  async function importPair(): Promise<string> {
    const file = join(folder, IMPORT_KEY);
    const read = () => readFile(file, "utf8").catch(() => undefined);
    const known = await read();
    if (known) return known;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: RSA_BITS });
    const pem = privateKey.export({ format: "pem", type: "pkcs8" }) as string;
    await writeFile(file, pem, { mode: 0o600, flag: "wx" }).catch(() => undefined);
    return (await read()) ?? pem;
  }

  return {
    kind: "local",
    async current(tenant) {
      return Math.max(0, ...(await versions(tenant))) || put(tenant, 1, randomBytes(32));
    },
    rotate: (tenant, before) => put(tenant, before + 1, randomBytes(32)),
    async importVersion(tenant, before, wrapped) {
      return put(tenant, before + 1, unwrapImported(wrapped, await importPair()));
    },
    async wrap(tenant, version, key) {
      const iv = randomBytes(IV_BYTES);
      const cipher = createCipheriv("aes-256-gcm", await rootKey(tenant, version), iv);
      cipher.setAAD(Buffer.from(`${tenant}|${version}`));
      const body = Buffer.concat([cipher.update(key), cipher.final()]);
      return `local:v${version}:${Buffer.concat([iv, cipher.getAuthTag(), body]).toString("base64")}`;
    },
    async unwrap(tenant, wrapped) {
      const [, digits, encoded] = /^local:v(\d+):([\w+/=]+)$/.exec(wrapped) ?? [];
      if (!digits || !encoded) throw new Error("a wrapped key begins with local:v");
      const bytes = Buffer.from(encoded, "base64");
      const key = await rootKey(tenant, Number(digits));
      const decipher = createDecipheriv("aes-256-gcm", key, bytes.subarray(0, IV_BYTES));
      decipher.setAAD(Buffer.from(`${tenant}|${digits}`));
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
      const body = decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES));
      return Buffer.concat([body, decipher.final()]);
    },
    async destroyBelow(tenant, version) {
      const old = (await versions(tenant)).filter((each) => each < version);
      await Promise.all(old.map((each) => rm(fileOf(tenant, each), { force: true })));
    },
    destroy: (tenant) => rm(folderOf(tenant), { recursive: true, force: true }),
    async importKey() {
      const pair = createPrivateKey(await importPair());
      return createPublicKey(pair).export({ format: "pem", type: "spki" }) as string;
    },
  };
}

/** Base64 of RSA-OAEP(SHA-256, an AES-256 key) ‖ AES-KWP(that key, the key that is imported), as OpenBao takes it. */
function unwrapImported(wrapped: string, pair: string): Buffer {
  try {
    const bytes = Buffer.from(wrapped, "base64");
    const wrapping = privateDecrypt(
      { key: pair, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" },
      bytes.subarray(0, RSA_BITS / 8),
    );
    const decipher = createDecipheriv("id-aes256-wrap-pad", wrapping, KWP_IV);
    const key = Buffer.concat([decipher.update(bytes.subarray(RSA_BITS / 8)), decipher.final()]);
    if (key.length !== 32) throw new Error("not 32 bytes");
    return key;
  } catch {
    // Whatever was wrong, its words could tell of the key.
    throw new AppError(
      "invalid",
      "wrapped: is not a 32-byte key wrapped for this installation's import key.",
      {
        said: { key: "retention.badWrapped" },
        field: "wrapped",
        remedy: "Take the import key of this page again and wrap anew.",
      },
    );
  }
}
