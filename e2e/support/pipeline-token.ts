import { readFileSync } from "node:fs";
import { join } from "node:path";
import { importJWK, SignJWT } from "jose";

interface IdentityFile {
  realms: { realm: string; issuer: string }[];
}

/** An access token such as the realm gives a pipeline's service account, signed with the realm's own key. */
export async function pipelineToken(realm: string): Promise<string> {
  const idp = join(process.env.E2E_DATA_DIR ?? ".data/omantel", "idp");
  const key = JSON.parse(readFileSync(join(idp, `${realm}.key.json`), "utf8"));
  const { realms } = JSON.parse(readFileSync(join(idp, "identity.json"), "utf8")) as IdentityFile;
  const issuer = realms.find((each) => each.realm === realm)?.issuer;
  if (!issuer) throw new Error(`There is no realm ${realm}.`);
  return new SignJWT({
    azp: "ci",
    preferred_username: "service-account-ci",
    resource_access: { "runtime-api": { roles: ["deployment-pipeline"] } },
  })
    .setProtectedHeader({ alg: "RS256", kid: key.kid, typ: "JWT" })
    .setIssuer(issuer)
    .setAudience("runtime-api")
    .setSubject("service-account-ci")
    .setIssuedAt()
    .setExpirationTime("5m")
    .sign(await importJWK(key, "RS256"));
}
