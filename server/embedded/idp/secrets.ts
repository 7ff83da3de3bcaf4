import { randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { exportJWK, generateKeyPair, type JWK } from "jose";

/** The text of a secret file, made on first use. */
export function secretFile(path: string): string {
  return fileOnce(path, () => randomBytes(32).toString("base64url"));
}

/** The realm's RS256 signing key, made on first use, so that tokens outlive a restart. */
export async function signingKey(path: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair("RS256", { extractable: true });
  const kid = randomBytes(8).toString("hex");
  const fresh: JWK = { ...(await exportJWK(privateKey)), kid, alg: "RS256", use: "sig" };
  return JSON.parse(fileOnce(path, () => JSON.stringify(fresh))) as JWK;
}

function fileOnce(path: string, make: () => string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
  const text = make();
  writeFileSync(path, text, { mode: 0o600, flag: "wx" });
  return text;
}
