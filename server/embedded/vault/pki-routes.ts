import { authorize } from "./access.ts";
import type { PkiIssuer, PkiMount } from "./engine-state.ts";
import {
  expiryOf,
  makeAuthority,
  makeCrl,
  makeRequest,
  pairOf,
  serialOf,
} from "./pki-certificates.ts";
import {
  addIssuer,
  find,
  findOrNull,
  freeName,
  lifeOf,
  nowSeconds,
  type PkiCall,
} from "./pki-issuers.ts";
import { issue, revoke, role, signIntermediate } from "./pki-issuing.ts";
import { addKey, findKey, keyOfCertificate, keyRoute, privateKeyOf } from "./pki-keys.ts";
import { answer, done, type VaultAnswer, type VaultRequest } from "./request.ts";
import { absent, VaultError } from "./vault-error.ts";
import type { VaultStore } from "./vault-store.ts";

/** The PKI engine: several issuers side by side, one of them the default, and what they revoked. */
export async function pkiRoutes(
  store: VaultStore,
  request: VaultRequest,
  mountPath: string,
  rest: string,
): Promise<VaultAnswer> {
  const call: PkiCall = {
    store,
    request,
    mountPath,
    mount: store.state.engines[mountPath] as PkiMount,
    change: (apply) => store.change((state) => apply(state.engines[mountPath] as PkiMount)),
  };
  const capability =
    request.method === "LIST" ? "list" : request.method === "GET" ? "read" : "update";
  authorize(store.state, request, capability);
  const [area = "", one = "", two = "", three = ""] = rest.split("/");
  if (area === "issuers") return issuers(call);
  if (area === "root" && one === "replace") return setDefault(call);
  if (area === "root" && two === "internal") return generateRoot(call, one === "rotate");
  if (area === "intermediate" && one === "generate") return generateCsr(call, two);
  if (area === "intermediate" && one === "cross-sign") return generateCsr(call, "existing");
  if (area === "intermediate" && one === "set-signed") return setSigned(call);
  if (area === "config" && one === "issuers") return setDefault(call);
  if (area === "roles") return role(call, one);
  if (area === "issue") return issue(call, "default", one);
  if (area === "revoke") return revoke(call);
  if (area === "issuer" && two === "issue") return issue(call, one, three);
  if (area === "issuer" && two === "sign-intermediate") return signIntermediate(call, one);
  if (area === "key") return keyRoute(request, call.mount, one, call.change);
  if (area === "issuer") return issuer(call, one, two);
  throw new VaultError(404, "unsupported path");
}

function issuers({ mount }: PkiCall): VaultAnswer {
  const keys = Object.keys(mount.issuers).sort();
  if (keys.length === 0) throw absent();
  const key_info = Object.fromEntries(
    Object.entries(mount.issuers).map(([id, each]) => [
      id,
      {
        is_default: id === mount.defaultIssuer,
        issuer_name: each.name,
        key_id: each.keyId,
        serial_number: serialOf(each.certificate),
      },
    ]),
  );
  return answer({ keys, key_info });
}

async function issuer(call: PkiCall, reference: string, action: string): Promise<VaultAnswer> {
  const { request, mount, change } = call;
  if (request.method === "DELETE" && !findOrNull(mount, reference)) return answer(null);
  const id = find(mount, reference);
  if (action === "crl") return crl(mount, id);
  if (request.method === "POST") {
    change((draft) => {
      const kept = draft.issuers[id];
      if (!kept) return;
      if (action === "revoke") kept.revokedAt ??= nowSeconds();
      else kept.name = freeName(draft, String(request.body.issuer_name ?? kept.name), id);
    });
  } else if (request.method === "DELETE") {
    change((draft) => {
      const { keyId = "", privateKey = null } = draft.issuers[id] ?? {};
      delete draft.issuers[id];
      // A key outlives its issuer.
      if (privateKey) draft.pendingKeys[keyId] = privateKey;
      if (draft.defaultIssuer === id) draft.defaultIssuer = "";
    });
    return done();
  }
  const now = call.store.state.engines[call.mountPath] as PkiMount;
  const found = now.issuers[id];
  if (!found) throw absent();
  return issuerAnswer(id, found);
}

async function generateRoot(call: PkiCall, isRotation: boolean): Promise<VaultAnswer> {
  const { body } = call.request;
  const name = freeName(call.mount, String(body.issuer_name ?? (isRotation ? "next" : "")));
  const { keys, keyId, privateKey } = await addKey(call.change, call.mount, body);
  const certificate = await makeAuthority({
    commonName: String(body.common_name ?? ""),
    ttlSeconds: lifeOf(call.mount, body.ttl),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
  });
  const made = { name, certificate, privateKey, keyId };
  const id = call.change((draft) => addIssuer(draft, made));
  return answer({
    certificate,
    issuing_ca: certificate,
    expiration: expiryOf(certificate),
    issuer_id: id,
    issuer_name: name,
    serial_number: serialOf(certificate),
  });
}

/** A request for a new key, or for one that the mount has. */
async function generateCsr({ request, mount, change }: PkiCall, which: string) {
  const commonName = String(request.body.common_name ?? "");
  if (which !== "existing") {
    const { keys, keyId } = await addKey(change, mount, request.body);
    return answer({ csr: await makeRequest(commonName, keys), key_id: keyId });
  }
  const keyId = findKey(mount, String(request.body.key_ref ?? ""));
  const keys = await pairOf(privateKeyOf(mount, keyId) ?? "");
  return answer({ csr: await makeRequest(commonName, keys), key_id: keyId });
}

/** Every certificate of the bundle becomes an issuer; the one made for a waiting key gets it. */
async function setSigned({ request, mount, change }: PkiCall): Promise<VaultAnswer> {
  const bundle = String(request.body.certificate ?? "");
  const pems = bundle.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (pems.length === 0) throw new VaultError(400, "no certificates found in bundle");
  const imported_issuers: string[] = [];
  for (const certificate of pems) {
    const serial = serialOf(certificate);
    if (Object.values(mount.issuers).some((each) => serialOf(each.certificate) === serial))
      continue;
    const key = await keyOfCertificate(mount, certificate);
    const made = { name: "", certificate, privateKey: null, keyId: "", ...key };
    imported_issuers.push(change((draft) => addIssuer(draft, made)));
  }
  return answer({ imported_issuers, imported_keys: null, mapping: {} });
}

function setDefault({ request, mount, change }: PkiCall): VaultAnswer {
  if (request.method === "POST") {
    const wanted = String(request.body.default ?? "next");
    const id = findOrNull(mount, wanted);
    if (!id) {
      const why = `unable to find PKI issuer for reference: ${wanted}`;
      throw new VaultError(400, `Error resolving issuer reference: ${why}`);
    }
    change((draft) => {
      draft.defaultIssuer = id;
    });
    return answer({ default: id, default_follows_latest_issuer: false });
  }
  return answer({ default: mount.defaultIssuer, default_follows_latest_issuer: false });
}

async function crl(mount: PkiMount, id: string): Promise<VaultAnswer> {
  const revoked = Object.entries(mount.certificates).flatMap(
    ([serialNumber, { issuerId, revokedAt }]) =>
      issuerId === id && revokedAt !== null ? [{ serialNumber, revokedAt }] : [],
  );
  const found = mount.issuers[id] as PkiIssuer;
  if (!found.privateKey) throw new VaultError(500, "issuer has no key");
  const signer = { certificate: found.certificate, privateKey: found.privateKey };
  return answer({ crl: await makeCrl(signer, revoked) });
}

function issuerAnswer(id: string, found: PkiIssuer): VaultAnswer {
  return answer({
    issuer_id: id,
    issuer_name: found.name,
    key_id: found.keyId,
    certificate: `${found.certificate}\n`,
    ca_chain: [`${found.certificate}\n`],
    leaf_not_after_behavior: "err",
    revoked: found.revokedAt !== null,
    ...(found.revokedAt === null ? {} : { revocation_time: found.revokedAt }),
    usage:
      found.revokedAt === null
        ? "crl-signing,issuing-certificates,ocsp-signing,read-only"
        : "crl-signing,ocsp-signing,read-only",
  });
}
