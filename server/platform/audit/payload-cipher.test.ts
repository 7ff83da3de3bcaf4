import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalJson, type JsonValue } from "#server/engines/canonical-json/canonical-json.ts";
import { environment } from "#test/fixtures/environment.ts";
import { actorReference, openPayload, sealPayload } from "./payload-cipher.ts";
import { keepTenantKeys, newTenantKey, tenantKey } from "./tenant-keys.ts";

Object.assign(process.env, environment());
for (const tenant of ["acme", "other"]) keepTenantKeys(tenant, []);

const json = fc.jsonValue() as fc.Arbitrary<JsonValue>;

test("what was sealed is opened again, and the commitment is SHA-256(salt ‖ canonical payload)", () => {
  fc.assert(
    fc.property(json, (payload) => {
      const sealed = sealPayload("acme", "event-1", payload);
      const opened = openPayload("acme", "event-1", sealed);
      expect(canonicalJson(opened)).toBe(canonicalJson(payload));
      const commitment = createHash("sha256")
        .update(sealed.salt)
        .update(canonicalJson(payload))
        .digest();
      expect(sealed.commitment.equals(commitment)).toBe(true);
    }),
  );
});

test("moved to another tenant or event, or altered in any byte, it does not open", () => {
  const sealed = sealPayload("acme", "event-1", { name: "x" });
  expect(() => openPayload("other", "event-1", sealed)).toThrow();
  expect(() => openPayload("acme", "event-2", sealed)).toThrow();
  expect(() => openPayload("acme", "event-1", { ...sealed, keyId: "payload-9" })).toThrow(
    /unknown payload key/,
  );
  for (let at = 0; at < sealed.ciphertext.length; at++) {
    const ciphertext = Buffer.from(sealed.ciphertext);
    ciphertext[at] = (ciphertext[at] ?? 0) ^ 1;
    expect(() => openPayload("acme", "event-1", { ...sealed, ciphertext })).toThrow();
  }
});

test("the same payload never looks the same twice", () => {
  const [a, b] = [sealPayload("acme", "e", { x: 1 }), sealPayload("acme", "e", { x: 1 })];
  expect(a.ciphertext.equals(b.ciphertext)).toBe(false);
  expect(a.commitment.equals(b.commitment)).toBe(false);
});

test("an actor's reference is stable in a tenant, unlinkable across tenants, and names nobody", () => {
  const key = "user:https://sso.example|alice@example.om";
  const reference = actorReference("acme", "user", key);
  expect(actorReference("acme", "user", key)).toBe(reference);
  expect(actorReference("other", "user", key)).not.toBe(reference);
  expect(reference).toMatch(/^user:[0-9a-f]{32}$/);
});

test("with a key of its own, nothing of a tenant is read once that is destroyed", () => {
  const { keyId, wrapped } = newTenantKey("shop");
  keepTenantKeys("shop", [{ key_id: keyId, wrapped }]);
  const sealed = sealPayload("shop", "event-1", { name: "x" });
  const before = actorReference("shop", "user", "u");
  expect(sealed.keyId).toBe(keyId);
  expect(openPayload("shop", "event-1", sealed)).toEqual({ name: "x" });
  // The installation's key alone opens nothing of it.
  expect(() => openPayload("shop", "event-1", { ...sealed, keyId: "payload-1" })).toThrow();
  keepTenantKeys("shop", [{ key_id: keyId, wrapped: null }]);
  expect(() => openPayload("shop", "event-1", sealed)).toThrow(/destroyed/);
  expect(() => sealPayload("shop", "event-2", {})).toThrow(/destroyed/);
  expect(() => tenantKey("shop", "search-index")).toThrow(/destroyed/);
  keepTenantKeys("shop", []);
  expect(actorReference("shop", "user", "u")).not.toBe(before);
});

test("a wrapped key opens for its own tenant and id alone", () => {
  const { keyId, wrapped } = newTenantKey("shop");
  expect(() => keepTenantKeys("other", [{ key_id: keyId, wrapped }])).toThrow();
  const id = "tenant-0000000000000000";
  expect(() => keepTenantKeys("shop", [{ key_id: id, wrapped }])).toThrow();
});

test("keys that nobody read are no reason to seal with another", () => {
  expect(() => sealPayload("unread", "event-1", {})).toThrow(/keys are read/);
});
