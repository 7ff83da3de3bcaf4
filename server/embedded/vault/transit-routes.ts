import { authorize } from "./access.ts";
import type { TransitKey, TransitMount } from "./engine-state.ts";
import { answer, done, type VaultAnswer, type VaultRequest } from "./request.ts";
import {
  decryptWith,
  encryptWith,
  isSymmetric,
  newKeyVersion,
  signWith,
  unwrapImported,
  verifyWith,
  wrappingKeyOf,
} from "./transit-crypto.ts";
import { absent, VaultError } from "./vault-error.ts";
import type { VaultStore } from "./vault-store.ts";

/** The transit engine: keys with versions, their minimums and their end. */
export function transitRoutes(
  store: VaultStore,
  request: VaultRequest,
  mountPath: string,
  rest: string,
): VaultAnswer {
  const [area = "", name = "", action = ""] = rest.split("/");
  const change = (apply: (mount: TransitMount) => VaultAnswer) =>
    store.change((state) => apply(state.engines[mountPath] as TransitMount));
  const mount = store.state.engines[mountPath] as TransitMount;
  if (area === "keys" && !name) {
    authorize(store.state, request, "list");
    const keys = Object.keys(mount.keys).sort();
    if (keys.length === 0) throw absent();
    return answer({ keys });
  }
  if (area === "wrapping_key" && request.method === "GET") {
    authorize(store.state, request, "read");
    return change((draft) => answer({ public_key: wrappingKeyOf(draft) }));
  }
  if (area === "keys" && request.method === "GET") {
    authorize(store.state, request, "read");
    const key = mount.keys[name];
    if (!key) throw absent();
    return keyAnswer(name, key);
  }
  if (area === "keys" && request.method === "DELETE") {
    authorize(store.state, request, "delete");
    return change((draft) => removeKey(draft, name));
  }
  if (request.method !== "POST") throw new VaultError(405, "unsupported operation");
  authorize(store.state, request, "update");
  if (area === "keys") return change((draft) => changeKey(draft, name, action, request.body));
  if (area === "encrypt") return change((draft) => encrypt(draft, name, request.body));
  return use(mount, area, name, request.body);
}

function changeKey(
  mount: TransitMount,
  name: string,
  action: string,
  body: Record<string, unknown>,
): VaultAnswer {
  if (!action) return keyAnswer(name, createKey(mount, name, String(body.type ?? "aes256-gcm96")));
  if (action === "import") return importKey(mount, name, body);
  const key = mount.keys[name];
  if (action === "rotate") {
    if (!key) throw new VaultError(400, "key not found");
    key.latest_version += 1;
    key.versions[String(key.latest_version)] = newKeyVersion(key.type);
    return keyAnswer(name, key);
  }
  if (action === "config") {
    if (!key) throw new VaultError(400, `no existing key named ${name} could be found`);
    return configure(name, key, body);
  }
  if (action === "trim") {
    if (!key) throw new VaultError(400, "invalid key name");
    return trim(name, key, Number(body.min_available_version ?? 0));
  }
  throw new VaultError(404, "unsupported path");
}

function createKey(mount: TransitMount, name: string, type: string): TransitKey {
  mount.keys[name] ??= {
    type,
    latest_version: 1,
    min_decryption_version: 1,
    min_encryption_version: 0,
    min_available_version: 0,
    deletion_allowed: false,
    versions: { "1": newKeyVersion(type) },
  };
  return mount.keys[name];
}

function importKey(mount: TransitMount, name: string, body: Record<string, unknown>): VaultAnswer {
  if (mount.keys[name]) {
    throw new VaultError(
      400,
      "the import path cannot be used with an existing key; use import-version to rotate an existing imported key",
    );
  }
  const type = String(body.type ?? "aes256-gcm96");
  if (!isSymmetric(type)) throw new VaultError(400, `unknown key type ${type}`);
  const material = unwrapImported(mount, String(body.ciphertext ?? ""));
  const key = createKey(mount, name, type);
  key.versions["1"] = { ...newKeyVersion(type), privateKey: material.toString("base64") };
  return done();
}

function configure(name: string, key: TransitKey, body: Record<string, unknown>): VaultAnswer {
  const decryption = Number(body.min_decryption_version ?? key.min_decryption_version) || 1;
  const encryption = Number(body.min_encryption_version ?? key.min_encryption_version);
  const latest = `latest key version is ${key.latest_version}`;
  if (decryption > key.latest_version) {
    throw new VaultError(400, `cannot set min decryption version of ${decryption}, ${latest}`);
  }
  if (encryption > key.latest_version) {
    throw new VaultError(400, `cannot set min encryption version of ${encryption}, ${latest}`);
  }
  if (encryption > 0 && encryption < decryption) {
    throw new VaultError(
      400,
      `cannot set min encryption/decryption values; min encryption version of ${encryption} must be greater than or equal to min decryption version of ${decryption}`,
    );
  }
  if (decryption < key.min_available_version) {
    throw new VaultError(
      400,
      "min decryption version should not be less then min available version",
    );
  }
  key.min_decryption_version = decryption;
  key.min_encryption_version = encryption;
  if (body.deletion_allowed !== undefined) key.deletion_allowed = body.deletion_allowed === true;
  return keyAnswer(name, key);
}

function trim(name: string, key: TransitKey, minimum: number): VaultAnswer {
  if (key.min_encryption_version === 0) {
    throw new VaultError(
      400,
      "minimum available version cannot be set when minimum encryption version is not set",
    );
  }
  if (minimum < key.min_available_version) {
    throw new VaultError(400, "minimum available version cannot be decremented");
  }
  if (minimum > key.min_encryption_version) {
    throw new VaultError(
      400,
      "minimum available version cannot be greater than minmum encryption version",
    );
  }
  if (minimum > key.min_decryption_version) {
    throw new VaultError(
      400,
      "minimum available version cannot be greater than minimum decryption version",
    );
  }
  key.min_available_version = minimum;
  for (const version of Object.keys(key.versions)) {
    if (Number(version) < minimum) delete key.versions[version];
  }
  return keyAnswer(name, key);
}

/** Like OpenBao, it makes a key that isn't there. */
function encrypt(mount: TransitMount, name: string, body: Record<string, unknown>): VaultAnswer {
  const key = createKey(mount, name, String(body.type ?? "aes256-gcm96"));
  if (!isSymmetric(key.type)) {
    throw new VaultError(400, `message encryption not supported for key type ${key.type}`);
  }
  const version = writableVersion(key, body.key_version, "encryption");
  const plaintext = Buffer.from(String(body.plaintext ?? ""), "base64");
  return answer({ ciphertext: encryptWith(key, version, plaintext), key_version: version });
}

function use(
  mount: TransitMount,
  area: string,
  name: string,
  body: Record<string, unknown>,
): VaultAnswer {
  const key = mount.keys[name];
  const input = Buffer.from(String(body.input ?? ""), "base64");
  if (area === "decrypt") {
    if (!key) throw new VaultError(400, "key not found");
    if (!isSymmetric(key.type)) {
      throw new VaultError(400, `message decryption not supported for key type ${key.type}`);
    }
    const plaintext = decryptWith(key, String(body.ciphertext ?? ""));
    return answer({ plaintext: plaintext.toString("base64") });
  }
  if (area === "sign" || area === "verify") {
    if (!key)
      throw new VaultError(400, area === "sign" ? "signing key not found" : "key not found");
    if (isSymmetric(key.type)) {
      throw new VaultError(400, `key type ${key.type} does not support signing`);
    }
    if (area === "verify") {
      return answer({ valid: verifyWith(key, input, String(body.signature ?? "")) });
    }
    const version = writableVersion(key, body.key_version, "signing");
    return answer({ signature: signWith(key, version, input), key_version: version });
  }
  throw new VaultError(404, "unsupported path");
}

function writableVersion(key: TransitKey, asked: unknown, what: string): number {
  const version = Number(asked ?? 0) || key.latest_version;
  const fault =
    version > key.latest_version
      ? `requested version for ${what} is higher than the latest key version`
      : version < key.min_encryption_version
        ? `requested version for ${what} is less than the minimum encryption key version`
        : null;
  if (fault) throw new VaultError(what === "signing" ? 500 : 400, fault);
  return version;
}

function removeKey(mount: TransitMount, name: string): VaultAnswer {
  const key = mount.keys[name];
  if (!key?.deletion_allowed) {
    const reason = key ? "deletion is not allowed for this key" : "key not found";
    throw new VaultError(400, `error deleting policy ${name}: ${reason}`);
  }
  delete mount.keys[name];
  return done();
}

function keyAnswer(name: string, key: TransitKey): VaultAnswer {
  const symmetric = isSymmetric(key.type);
  const readable = Object.entries(key.versions).filter(
    ([version]) => Number(version) >= key.min_decryption_version,
  );
  const { versions: _, ...settings } = key;
  return answer({
    ...settings,
    name,
    allow_plaintext_backup: false,
    auto_rotate_period: 0,
    derived: false,
    exportable: false,
    imported_key: false,
    soft_deleted: false,
    supports_decryption: symmetric,
    supports_derivation: key.type !== "ecdsa-p256",
    supports_encryption: symmetric,
    supports_signing: !symmetric,
    keys: Object.fromEntries(
      readable.map(([version, { created, publicKey }]) => [
        version,
        publicKey === null
          ? created
          : {
              certificate_chain: "",
              creation_time: new Date(created * 1000).toISOString(),
              name: key.type === "ecdsa-p256" ? "P-256" : key.type,
              public_key: publicKey,
            },
      ]),
    ),
  });
}
