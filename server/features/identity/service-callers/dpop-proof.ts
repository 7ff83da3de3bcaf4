import "server-only";
import { createHash } from "node:crypto";
import {
  calculateJwkThumbprint,
  compactVerify,
  decodeProtectedHeader,
  importJWK,
  type JWK,
} from "jose";
import { z } from "zod";
import { normalisedUrl } from "./normalised-url.ts";
import { TokenRefusal } from "./token-refusal.ts";

/** RFC 9449 §4.3: asymmetric only. Told to clients in the challenge. */
export const PROOF_ALGORITHMS = [
  "ES256",
  "ES384",
  "ES512",
  "PS256",
  "PS384",
  "PS512",
  "RS256",
  "RS384",
  "RS512",
  "EdDSA",
  "Ed25519",
];
const PRIVATE_MEMBERS = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
const LONGEST = 8_192;

const PublicKey = z.looseObject({ kty: z.enum(["EC", "RSA", "OKP"]) });
const Claims = z.object({
  jti: z.string().min(1).max(1_000),
  htm: z.string(),
  htu: z.string(),
  iat: z.number().int(),
  ath: z.string(),
  nonce: z.string().optional(),
});

export interface Proof {
  /** RFC 7638 thumbprint of the key that made it. */
  readonly keyThumbprint: string;
  readonly jti: string;
  readonly issuedAt: Date;
  readonly nonce: string | null;
}

/** What a proof must be for. */
export interface ProvenCall {
  readonly method: string;
  /** As callers know it, query and fragment left out. */
  readonly url: string;
  readonly accessToken: string;
}

/**
 * Checks a DPoP proof (RFC 9449 §4.3) but for what needs a clock or a memory: time, nonce and first
 * use. Throws TokenRefusal with the reason.
 */
export async function verifiedProof(text: string, call: ProvenCall): Promise<Proof> {
  const key = publicKeyIn(text);
  const payload = await compactVerify(text, await imported(key), { algorithms: PROOF_ALGORITHMS })
    .then((verified) => JSON.parse(new TextDecoder().decode(verified.payload)) as unknown)
    .catch((cause: unknown) => {
      throw new TokenRefusal("proof_signature", { cause });
    });
  const parsed = Claims.safeParse(payload);
  if (!parsed.success) throw new TokenRefusal("proof_claims");
  const { jti, htm, htu, iat, ath, nonce = null } = parsed.data;
  if (htm !== call.method) throw new TokenRefusal("proof_method");
  const url = normalisedUrl(htu);
  if (url === null || url !== normalisedUrl(call.url)) throw new TokenRefusal("proof_url");
  const digest = createHash("sha256").update(call.accessToken, "ascii").digest("base64url");
  if (ath !== digest) throw new TokenRefusal("proof_token");
  const keyThumbprint = await calculateJwkThumbprint(key.jwk as JWK, "sha256");
  return { keyThumbprint, jti, issuedAt: new Date(iat * 1000), nonce };
}

interface EmbeddedKey {
  jwk: z.infer<typeof PublicKey>;
  alg: string;
}

/** The header is looked at before its key is used for anything. */
function publicKeyIn(text: string): EmbeddedKey {
  if (text.length > LONGEST || !/^[\w-]+\.[\w-]+\.[\w-]+$/.test(text)) {
    throw new TokenRefusal("proof_malformed");
  }
  let header: Record<string, unknown>;
  try {
    header = decodeProtectedHeader(text) as Record<string, unknown>;
  } catch (cause) {
    throw new TokenRefusal("proof_malformed", { cause });
  }
  const { typ, alg, jwk } = header;
  if (typ !== "dpop+jwt") throw new TokenRefusal("proof_type");
  if (typeof alg !== "string" || !PROOF_ALGORITHMS.includes(alg)) {
    throw new TokenRefusal("proof_algorithm");
  }
  if (["crit", "jku", "x5u", "b64"].some((name) => Object.hasOwn(header, name))) {
    throw new TokenRefusal("proof_malformed");
  }
  const members = typeof jwk === "object" && jwk !== null ? jwk : {};
  if (PRIVATE_MEMBERS.some((name) => Object.hasOwn(members, name))) {
    throw new TokenRefusal("proof_key_private");
  }
  const key = PublicKey.safeParse(jwk);
  if (!key.success) throw new TokenRefusal("proof_key");
  return { jwk: key.data, alg };
}

async function imported({ jwk, alg }: EmbeddedKey) {
  try {
    return await importJWK(jwk as JWK, alg);
  } catch (cause) {
    throw new TokenRefusal("proof_key", { cause });
  }
}
