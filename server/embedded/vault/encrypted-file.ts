import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";

const IV_BYTES = 12;
const TAG_BYTES = 16;

/** Writes so that a crash leaves either the old file or the new one, never a part (mode 0600). */
export function writeAtomically(path: string, content: Buffer): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = `${path}.${process.pid}.tmp`;
  const file = openSync(temporary, "w", 0o600);
  try {
    writeSync(file, content);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  const directory = openSync(dirname(path), "r");
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

/** Reads the 32-byte key of a file (hex), making it on first use. */
export function readOrCreateKey(path: string): Buffer {
  if (!existsSync(path)) writeAtomically(path, Buffer.from(randomBytes(32).toString("hex")));
  const key = Buffer.from(readFileSync(path, "utf8").trim(), "hex");
  if (key.length !== 32) throw new Error(`The key file ${path} does not hold 32 bytes of hex.`);
  return key;
}

/** AES-256-GCM: `iv ‖ tag ‖ ciphertext`. */
export function encryptJson(key: Buffer, value: unknown): Buffer {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv("aes-256-gcm", key, iv);
  const sealed = Buffer.concat([cipher.update(JSON.stringify(value), "utf8"), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]);
}

/** Throws when the key is wrong or the file was altered. */
export function decryptJson<T>(key: Buffer, content: Buffer): T {
  const decipher = createDecipheriv("aes-256-gcm", key, content.subarray(0, IV_BYTES));
  decipher.setAuthTag(content.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
  const plain = Buffer.concat([
    decipher.update(content.subarray(IV_BYTES + TAG_BYTES)),
    decipher.final(),
  ]);
  return JSON.parse(plain.toString("utf8")) as T;
}
