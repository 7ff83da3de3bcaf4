import { randomUUID } from "node:crypto";
import type { PkiMount } from "./engine-state.ts";
import { certificateKeyOf, exportKey, newKey, publicKeyOf } from "./pki-certificates.ts";
import { answer, type VaultAnswer, type VaultRequest } from "./request.ts";
import { VaultError } from "./vault-error.ts";

/** Private keys of a mount by id: those of issuers, and those that wait for a certificate. */
export function privateKeyOf(mount: PkiMount, id: string): string | null {
  const issuer = Object.values(mount.issuers).find((each) => each.keyId === id && each.privateKey);
  return issuer?.privateKey ?? mount.pendingKeys[id] ?? null;
}

/** A key by id or name. */
export function findKey(mount: PkiMount, reference: string): string {
  if (reference && privateKeyOf(mount, reference)) return reference;
  const named = Object.entries(mount.keyNames ?? {}).find(([, name]) => name === reference);
  if (reference && named) return named[0];
  const why = `unable to find PKI key for reference: ${reference}`;
  throw new VaultError(500, `1 error occurred:\n\t* ${why}\n\n`);
}

/** Keeps a new key under its id, and under its name where it has one. */
export async function addKey(
  change: <T>(apply: (mount: PkiMount) => T) => T,
  mount: PkiMount,
  body: Record<string, unknown>,
): Promise<{ keyId: string; keys: CryptoKeyPair; privateKey: string }> {
  const type = String(body.key_type ?? "ec");
  if (type !== "ec") {
    throw new VaultError(400, `the development vault makes no ${type} authorities`);
  }
  const name = String(body.key_name ?? "");
  if (name && Object.values(mount.keyNames ?? {}).includes(name)) {
    throw new VaultError(400, "key name already in use");
  }
  const keys = await newKey();
  const privateKey = await exportKey(keys.privateKey);
  const keyId = randomUUID();
  change((draft) => {
    draft.pendingKeys[keyId] = privateKey;
    if (name) draft.keyNames = { ...draft.keyNames, [keyId]: name };
  });
  return { keyId, keys, privateKey };
}

/** The key that a certificate is for, where the mount has it. */
export async function keyOfCertificate(
  mount: PkiMount,
  certificate: string,
): Promise<{ keyId: string; privateKey: string } | null> {
  const wanted = await certificateKeyOf(certificate);
  const ids = [
    ...Object.values(mount.issuers).map((each) => each.keyId),
    ...Object.keys(mount.pendingKeys),
  ];
  for (const keyId of ids) {
    const privateKey = privateKeyOf(mount, keyId);
    if (privateKey && (await publicKeyOf(privateKey)) === wanted) return { keyId, privateKey };
  }
  return null;
}

/** `key/<id or name>`: reads or deletes a key that no issuer uses. */
export function keyRoute(
  request: VaultRequest,
  mount: PkiMount,
  reference: string,
  change: <T>(apply: (mount: PkiMount) => T) => T,
): VaultAnswer {
  if (request.method === "DELETE" && !exists(mount, reference)) return answer(null);
  const id = findKey(mount, reference);
  if (request.method === "DELETE") {
    const user = Object.entries(mount.issuers).find(([, issuer]) => issuer.keyId === id)?.[0];
    if (user) throw new VaultError(400, `Failed to Delete Key.  Key in Use by Issuer: ${user}`);
    change((draft) => {
      delete draft.pendingKeys[id];
      delete draft.keyNames?.[id];
    });
    return answer(null);
  }
  return answer({ key_id: id, key_name: mount.keyNames?.[id] ?? "", key_type: "ec" });
}

function exists(mount: PkiMount, reference: string): boolean {
  const isNamed = Object.values(mount.keyNames ?? {}).includes(reference);
  return isNamed || privateKeyOf(mount, reference) !== null;
}
