import { z } from "zod";
import { oddAnswer } from "./openbao-error.ts";

/** A transit key without its material. */
export interface TransitKey {
  name: string;
  /** OpenBao's name: `aes256-gcm96`, `ed25519`, `ecdsa-p256`, … */
  type: string;
  latestVersion: number;
  /** The oldest version that decrypts and verifies. */
  minDecryptionVersion: number;
  /** The oldest version that may encrypt and sign; 0 = the latest only unless asked otherwise. */
  minEncryptionVersion: number;
  /** Versions below it are destroyed; 0 = none was. */
  minAvailableVersion: number;
  canSign: boolean;
  /** Those that still decrypt or verify, oldest first. */
  versions: { version: number; createdTime: string; publicKey: string | null }[];
}

/** Symmetric keys list seconds since 1970, asymmetric ones an object. */
const VersionBody = z.union([
  z.number(),
  z.object({ creation_time: z.string(), public_key: z.string().optional() }),
]);

export const KeyBody = z.object({
  data: z.object({
    name: z.string(),
    type: z.string(),
    latest_version: z.number().int().min(1),
    min_decryption_version: z.number().int(),
    min_encryption_version: z.number().int(),
    min_available_version: z.number().int(),
    supports_signing: z.boolean(),
    keys: z.record(z.string(), VersionBody),
  }),
});

type KeyData = z.infer<typeof KeyBody>["data"];

/** Throws when the numbers can't all be true: a version beyond the latest, or a latest that is missing. */
export function toTransitKey(data: KeyData, operation: string): TransitKey {
  const versions = Object.entries(data.keys)
    .map(([number, body]) => ({ version: Number(number), ...describeVersion(body) }))
    .sort((a, b) => a.version - b.version);
  const isConsistent =
    versions.at(-1)?.version === data.latest_version &&
    data.min_decryption_version <= data.latest_version &&
    (versions[0]?.version ?? 0) >= data.min_decryption_version;
  if (!isConsistent) throw oddAnswer(operation, "contradiction");
  return {
    name: data.name,
    type: data.type,
    latestVersion: data.latest_version,
    minDecryptionVersion: data.min_decryption_version,
    minEncryptionVersion: data.min_encryption_version,
    minAvailableVersion: data.min_available_version,
    canSign: data.supports_signing,
    versions,
  };
}

function describeVersion(body: z.infer<typeof VersionBody>) {
  if (typeof body === "number") {
    return { createdTime: new Date(body * 1000).toISOString(), publicKey: null };
  }
  return { createdTime: body.creation_time, publicKey: body.public_key || null };
}
