import "server-only";
import { readFileSync } from "node:fs";
import { type Env, env } from "./env.ts";

/**
 * The installation's Ed25519 seed (32 bytes), kept outside Postgres; keys are derived from it.
 * Throws when the file is not 64 hexadecimal digits, or is a default in production.
 */
export function installationSeed(): Buffer {
  const { LOG_SIGNING_KEY_FILE: file, CONSOLE_MODE: mode } = env();
  return parseSeed(readFileSync(file, "utf8"), file, mode);
}

/** The message of a refusal names the file, never its content. */
export function parseSeed(content: string, file: string, mode: Env["CONSOLE_MODE"]): Buffer {
  const text = content.trim();
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new Error(
      `LOG_SIGNING_KEY_FILE (${file}) must hold 64 hexadecimal digits: an Ed25519 seed`,
    );
  }
  if (mode === "production" && new Set(text).size < 6) {
    throw new Error(
      `LOG_SIGNING_KEY_FILE (${file}) holds a default seed: make one with "openssl rand -hex 32"`,
    );
  }
  return Buffer.from(text, "hex");
}
