import { parseDuration } from "./duration.ts";
import {
  expiryOf,
  importKey,
  makeAuthority,
  makeLeaf,
  readRequestKey,
  serialOf,
} from "./pki-certificates.ts";
import { find, lifeOf, nowSeconds, type PkiCall, signerOf } from "./pki-issuers.ts";
import type { VaultAnswer } from "./request.ts";
import { answer } from "./request.ts";
import { absent, VaultError } from "./vault-error.ts";

export async function signIntermediate({ request, mount, change }: PkiCall, reference: string) {
  const issuerId = find(mount, reference);
  const signer = signerOf(mount, issuerId);
  const { body } = request;
  const publicKey = await readRequestKey(String(body.csr ?? ""));
  if (!publicKey) throw new VaultError(400, "certificate request could not be parsed");
  const certificate = await makeAuthority({
    commonName: String(body.common_name ?? ""),
    ttlSeconds: lifeOf(mount, body.ttl),
    publicKey,
    signingKey: await importKey(signer.privateKey),
    issuer: signer,
  });
  change((draft) => {
    draft.certificates[serialOf(certificate)] = { certificate, issuerId, revokedAt: null };
  });
  return answer({
    certificate,
    issuing_ca: signer.certificate,
    ca_chain: [certificate, signer.certificate],
    expiration: expiryOf(certificate),
    serial_number: serialOf(certificate),
  });
}

export function role({ request, change, mount }: PkiCall, name: string): VaultAnswer {
  if (request.method === "GET") {
    const found = mount.roles[name];
    if (!found) throw absent();
    return answer(found);
  }
  const made = { ttl: parseDuration(request.body.ttl ?? 0) };
  change((draft) => {
    draft.roles[name] = made;
  });
  return answer(made);
}

export async function issue(
  { request, mount, change }: PkiCall,
  reference: string,
  roleName: string,
) {
  const found = mount.roles[roleName];
  if (!found) throw new VaultError(400, `unknown role: ${roleName}`);
  const issuerId = find(mount, reference);
  const signer = signerOf(mount, issuerId);
  const ttl = lifeOf(mount, request.body.ttl ?? found.ttl);
  const leaf = await makeLeaf(signer, String(request.body.common_name ?? ""), ttl);
  const serial_number = serialOf(leaf.certificate);
  change((draft) => {
    const { certificate } = leaf;
    draft.certificates[serial_number] = { certificate, issuerId, revokedAt: null };
  });
  return answer({
    certificate: leaf.certificate,
    private_key: leaf.privateKey,
    private_key_type: "ec",
    issuing_ca: signer.certificate,
    ca_chain: [signer.certificate],
    expiration: expiryOf(leaf.certificate),
    serial_number,
  });
}

export function revoke({ request, change }: PkiCall): VaultAnswer {
  const serial = String(request.body.serial_number ?? "");
  return change((draft) => {
    const found = draft.certificates[serial];
    if (!found) throw new VaultError(400, `certificate with serial ${serial} not found.`);
    found.revokedAt ??= nowSeconds();
    const revocation_time_rfc3339 = new Date(found.revokedAt * 1000).toISOString();
    return answer({ revocation_time: found.revokedAt, revocation_time_rfc3339, state: "revoked" });
  });
}
