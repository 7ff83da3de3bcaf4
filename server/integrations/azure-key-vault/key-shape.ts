import { createHash } from "node:crypto";
import type { CreateKeyOptions, KeyOperation, KeyVaultKey } from "@azure/keyvault-keys";
import { KeyVaultError } from "./key-vault-error.ts";

/** What a new version has to be like so that those who use the key notice no other kind. */
export interface KeyShape {
  type: string;
  curve: string | null;
  bits: number | null;
  operations: readonly string[];
}

/** How a key is tried: by signing where it may sign, else by unwrapping. */
export type KeyUse =
  | { kind: "sign"; algorithm: string; digest(text: string): Uint8Array }
  | { kind: "unwrap"; algorithm: string };

const CURVES: Record<string, { algorithm: string; hash: string }> = {
  "P-256": { algorithm: "ES256", hash: "sha256" },
  "P-256K": { algorithm: "ES256K", hash: "sha256" },
  "P-384": { algorithm: "ES384", hash: "sha384" },
  "P-521": { algorithm: "ES512", hash: "sha512" },
};

export function shapeOf({ keyType, keyOperations, key }: KeyVaultKey): KeyShape {
  return {
    type: keyType ?? "",
    curve: key?.crv ?? null,
    bits: key?.n ? key.n.length * 8 : null,
    operations: keyOperations ?? [],
  };
}

/** Throws `invalid` for a key that neither signs nor unwraps: nobody could tell whether it works. */
export function keyUse({ type, curve, operations }: KeyShape): KeyUse {
  const isRsa = type.startsWith("RSA");
  if (operations.includes("sign")) {
    const found = isRsa ? { algorithm: "PS256", hash: "sha256" } : CURVES[curve ?? ""];
    if (found) {
      const digest = (text: string) => createHash(found.hash).update(text).digest();
      return { kind: "sign", algorithm: found.algorithm, digest };
    }
  }
  if (isRsa && operations.includes("unwrapKey"))
    return { kind: "unwrap", algorithm: "RSA-OAEP-256" };
  throw new KeyVaultError("invalid", "key use");
}

/** For `createKey`: the same type, size and uses. */
export function optionsLike({ curve, bits, operations }: KeyShape): CreateKeyOptions {
  return {
    ...(curve ? { curve: curve as "P-256" } : {}),
    ...(bits ? { keySize: bits } : {}),
    ...(operations.length > 0 ? { keyOps: [...operations] as KeyOperation[] } : {}),
  };
}
