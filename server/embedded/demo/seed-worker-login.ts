import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { SignJWT } from "jose";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { env } from "#server/platform/env/env.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { workerPolicy } from "./worker-policy.ts";

const ROLE = "sovereign-console";
const AUDIENCE = "openbao";
const ISSUER = "https://demo.sovereign.local";
const TTL_SECONDS = 900;

/**
 * The worker's own login to the development vault: a role of the JWT method whose policy reaches the
 * tenants' secrets and the mounts of their engines, and a token of the worker's identity as a
 * platform would put it into its pod. Doing it again renews the identity.
 */
export async function seedWorkerLogin(
  vault: { client: OpenBaoClient; address: string; token: SecretValue },
  tenants: readonly string[],
  jwtFile: string,
): Promise<void> {
  const privateKey = signingKey(`${jwtFile}.key`);
  const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "pem" });
  const mounts = await vault.client.system.mounts();
  await send(vault, "sys/auth/jwt", { type: "jwt" }, [400]);
  await send(vault, "auth/jwt/config", {
    jwt_validation_pubkeys: [publicKey],
    bound_issuer: ISSUER,
  });
  await send(vault, `sys/policies/acl/${ROLE}`, {
    policy: JSON.stringify({
      path: workerPolicy({
        sovereign: env().SOVEREIGN,
        tenants,
        mounts: mounts.map(({ path }) => path),
      }),
    }),
  });
  await send(vault, `auth/jwt/role/${ROLE}`, {
    role_type: "jwt",
    bound_audiences: [AUDIENCE],
    bound_claims: { sub: ROLE },
    user_claim: "sub",
    token_policies: [ROLE],
    token_ttl: TTL_SECONDS,
  });
  const jwt = await new SignJWT({})
    .setProtectedHeader({ alg: "EdDSA" })
    .setIssuer(ISSUER)
    .setSubject(ROLE)
    .setAudience(AUDIENCE)
    .setIssuedAt()
    .setExpirationTime("30d")
    .sign(privateKey);
  writeFileSync(jwtFile, jwt, { mode: 0o600 });
}

function signingKey(file: string) {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync("ed25519");
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    writeFileSync(file, pem, { mode: 0o600, flag: "wx" });
  }
  return createPrivateKey(readFileSync(file, "utf8"));
}

async function send(
  { address, token }: { address: string; token: SecretValue },
  path: string,
  body: object,
  alreadyThere: readonly number[] = [],
): Promise<void> {
  const answer = await fetch(new URL(`/v1/${path}`, address), {
    method: "POST",
    headers: { "x-vault-token": token.reveal(), "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (answer.ok || alreadyThere.includes(answer.status)) return;
  throw new Error(`the development vault answered ${answer.status} to ${path}`);
}
