import { randomUUID } from "node:crypto";
import { authorize } from "./access.ts";
import { parseDuration } from "./duration.ts";
import type { PkiIssuer, PkiMount } from "./engine-state.ts";
import {
  expiryOf,
  importKey,
  makeAuthority,
  makeCrl,
  makeLeaf,
  makeRequest,
  pairOf,
  readRequestKey,
  type Signer,
  serialOf,
} from "./pki-certificates.ts";
import { addKey, findKey, keyOfCertificate, keyRoute, privateKeyOf } from "./pki-keys.ts";
import { answer, done, type VaultAnswer, type VaultRequest } from "./request.ts";
import { absent, VaultError } from "./vault-error.ts";
import type { VaultStore } from "./vault-store.ts";

interface PkiCall {
  store: VaultStore;
  request: VaultRequest;
  mountPath: string;
  mount: PkiMount;
  change<T>(apply: (mount: PkiMount) => T): T;
}

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

async function signIntermediate({ request, mount, change }: PkiCall, reference: string) {
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

function role({ request, change, mount }: PkiCall, name: string): VaultAnswer {
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

async function issue({ request, mount, change }: PkiCall, reference: string, roleName: string) {
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

function revoke({ request, change }: PkiCall): VaultAnswer {
  const serial = String(request.body.serial_number ?? "");
  return change((draft) => {
    const found = draft.certificates[serial];
    if (!found) throw new VaultError(400, `certificate with serial ${serial} not found.`);
    found.revokedAt ??= nowSeconds();
    const revocation_time_rfc3339 = new Date(found.revokedAt * 1000).toISOString();
    return answer({ revocation_time: found.revokedAt, revocation_time_rfc3339, state: "revoked" });
  });
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

function addIssuer(
  mount: PkiMount,
  made: { name: string; certificate: string; privateKey: string | null; keyId: string },
): string {
  const id = randomUUID();
  mount.issuers[id] = { ...made, revokedAt: null };
  delete mount.pendingKeys[made.keyId];
  mount.defaultIssuer ||= id;
  return id;
}

function find(mount: PkiMount, reference: string): string {
  const id = findOrNull(mount, reference);
  if (id) return id;
  if (reference === "default") throw new VaultError(500, "no default issuer currently configured");
  const why = `unable to find PKI issuer for reference: ${reference}`;
  throw new VaultError(500, `1 error occurred:\n\t* ${why}\n\n`);
}

function findOrNull(mount: PkiMount, reference: string): string | null {
  if (reference === "default") return mount.defaultIssuer || null;
  if (mount.issuers[reference]) return reference;
  return Object.keys(mount.issuers).find((id) => mount.issuers[id]?.name === reference) ?? null;
}

function freeName(mount: PkiMount, name: string, own = ""): string {
  const id = name ? findOrNull(mount, name) : null;
  if (id && id !== own) throw new VaultError(400, "issuer name already in use");
  return name;
}

function signerOf(mount: PkiMount, id: string): Signer {
  const found = mount.issuers[id];
  if (!found?.privateKey || found.revokedAt !== null) {
    const usage = "requested usage issuing-certificates for issuer";
    const why = `${usage} [id:${id}] but only had usage crl-signing,ocsp-signing,read-only`;
    const what = `error while attempting to use issuer ${id}: ${why}`;
    throw new VaultError(500, `1 error occurred:\n\t* error fetching CA certificate: ${what}\n\n`);
  }
  return { certificate: found.certificate, privateKey: found.privateKey };
}

function lifeOf(mount: PkiMount, ttl: unknown): number {
  const asked = ttl ? parseDuration(ttl) : mount.maxTtlSeconds;
  return Math.min(asked || mount.maxTtlSeconds, mount.maxTtlSeconds);
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
