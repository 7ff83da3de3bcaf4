import { randomUUID } from "node:crypto";
import { authorize } from "./access.ts";
import { parseDuration } from "./duration.ts";
import type { PkiIssuer, PkiMount } from "./engine-state.ts";
import {
  certificateKeyOf,
  expiryOf,
  exportKey,
  importKey,
  makeAuthority,
  makeCrl,
  makeLeaf,
  makeRequest,
  newKey,
  publicKeyOf,
  readRequestKey,
  type Signer,
  serialOf,
} from "./pki-certificates.ts";
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
  if (area === "intermediate" && one === "generate") return generateCsr(call);
  if (area === "intermediate" && one === "set-signed") return setSigned(call);
  if (area === "config" && one === "issuers") return setDefault(call);
  if (area === "roles") return role(call, one);
  if (area === "issue") return issue(call, "default", one);
  if (area === "revoke") return revoke(call);
  if (area === "issuer" && two === "issue") return issue(call, one, three);
  if (area === "issuer" && two === "sign-intermediate") return signIntermediate(call, one);
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
      delete draft.issuers[id];
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
  const keys = await keyOf(body);
  const certificate = await makeAuthority({
    commonName: String(body.common_name ?? ""),
    ttlSeconds: lifeOf(call.mount, body.ttl),
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
  });
  const privateKey = await exportKey(keys.privateKey);
  const id = call.change((draft) => addIssuer(draft, { name, certificate, privateKey }));
  return answer({
    certificate,
    issuing_ca: certificate,
    expiration: expiryOf(certificate),
    issuer_id: id,
    issuer_name: name,
    serial_number: serialOf(certificate),
  });
}

async function generateCsr({ request, change }: PkiCall): Promise<VaultAnswer> {
  const keys = await keyOf(request.body);
  const csr = await makeRequest(String(request.body.common_name ?? ""), keys);
  const privateKey = await exportKey(keys.privateKey);
  const key_id = randomUUID();
  change((draft) => {
    draft.pendingKeys[key_id] = privateKey;
  });
  return answer({ csr, key_id });
}

async function signIntermediate({ request, mount }: PkiCall, reference: string) {
  const signer = signerOf(mount, find(mount, reference));
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
  const keys = new Map<string, string>();
  for (const pem of Object.values(mount.pendingKeys)) keys.set(await publicKeyOf(pem), pem);
  const imported_issuers: string[] = [];
  for (const certificate of pems) {
    const serial = serialOf(certificate);
    if (Object.values(mount.issuers).some((each) => serialOf(each.certificate) === serial))
      continue;
    const privateKey = keys.get(await certificateKeyOf(certificate)) ?? null;
    imported_issuers.push(
      change((draft) => addIssuer(draft, { name: "", certificate, privateKey })),
    );
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
  made: { name: string; certificate: string; privateKey: string | null },
): string {
  const id = randomUUID();
  mount.issuers[id] = { ...made, keyId: made.privateKey ? randomUUID() : "", revokedAt: null };
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
    throw new VaultError(500, "unable to use issuer for issuing certificates");
  }
  return { certificate: found.certificate, privateKey: found.privateKey };
}

async function keyOf(body: Record<string, unknown>): Promise<CryptoKeyPair> {
  const type = String(body.key_type ?? "ec");
  if (type !== "ec")
    throw new VaultError(400, `the development vault makes no ${type} authorities`);
  return newKey();
}

function lifeOf(mount: PkiMount, ttl: unknown): number {
  const asked = ttl ? parseDuration(ttl) : mount.maxTtlSeconds;
  return Math.min(asked || mount.maxTtlSeconds, mount.maxTtlSeconds);
}

function nowSeconds(): number {
  return Math.floor(Date.now() / 1000);
}
