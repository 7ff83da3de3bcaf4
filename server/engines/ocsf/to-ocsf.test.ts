import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maskEnvelope } from "../masking/mask-envelope.ts";
import { MASKING_ACTIONS } from "../masking/masking-rules.ts";
import { classify, isMapped } from "./classify.ts";
import { OCSF_CLASSES, OCSF_VERSION, type OcsfClass } from "./ocsf-classes.ts";
import { eventTypes } from "./testing/event-types.ts";
import { faultsOf, published } from "./testing/ocsf-schema.ts";
import { toOcsf } from "./to-ocsf.ts";

const envelopeOf = (type: string, change: Record<string, unknown> = {}) =>
  ({
    specversion: "1.0",
    id: "019a3f6e-7c2b-7d11-9f0a-0d9c8b7a6f5e",
    source: "//log.example/t1",
    type,
    subject: "secret-binding/019a3f6e-0000-7000-8000-000000000001",
    time: "2026-11-22T10:00:00.123Z",
    traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    tenant: "019a3f6e-0000-7000-8000-00000000000a",
    principal: "u:5d41402abc4b2a76",
    principalkind: "user",
    outcome: "succeeded",
    payloadcommitment: "ab".repeat(32),
    leafindex: "41",
    leafhash: "cd".repeat(32),
    data: { actor: { kind: "user", name: "Maryam Al Said" }, reason: "due", severity: "high" },
    ...change,
  }) as Parameters<typeof toOcsf>[0];

describe("every type in the sources", () => {
  const { types, families } = eventTypes();

  test("there are many, and none is a scope", () => {
    expect(types.length).toBeGreaterThan(150);
    expect(families.length).toBeGreaterThan(10);
    expect(types).toContain("runtime.secrets.rotated");
    expect(types).not.toContain("runtime.secrets.rotate");
  });

  test("is of an area that is mapped: a new area gets its line in classify.ts", () => {
    const all = [...types, ...families.map((family) => `${family}anything`)];
    expect(all.filter((type) => !isMapped(type))).toEqual([]);
  });

  test.each(["succeeded", "denied", "failed"])(
    "holds against the published schema, %s",
    (outcome) => {
      for (const type of types) {
        expect(faultsOf(toOcsf(envelopeOf(type, { outcome }))), type).toEqual([]);
      }
    },
  );
});

test("our classes are those of the published schema", () => {
  expect(published.version).toBe(OCSF_VERSION);
  for (const [, own] of Object.entries<OcsfClass>(OCSF_CLASSES)) {
    const theirs = published.classes[own.uid];
    expect(own).toMatchObject({
      name: theirs?.class_name,
      categoryUid: theirs?.category_uid,
      categoryName: theirs?.category_name,
    });
    for (const [caption, id] of Object.entries(own.activities)) {
      expect(theirs?.captions.activity_id[id]).toBe(caption);
    }
  }
});

test("the schema's own rules are asked: what breaks them is found", () => {
  const event = toOcsf(envelopeOf("runtime.secrets.rotated"));
  expect(faultsOf({ ...event, entity: {} })).not.toEqual([]);
  expect(faultsOf({ ...event, activity_id: 42 })).not.toEqual([]);
  expect(faultsOf({ ...event, metadata: { version: OCSF_VERSION } })).not.toEqual([]);
  expect(faultsOf({ ...event, made_up: 1 })).not.toEqual([]);
  expect(faultsOf({ ...event, activity_name: "Create" })).not.toEqual([]);
});

test("a sign-in that failed is one that failed, not any refusal", () => {
  const data = {
    act: "identity.sign-in/omantel",
    cause: "expired",
    actor: { component: "identity" },
  };
  const event = toOcsf(envelopeOf("runtime.access.denied", { outcome: "denied", data }));
  expect(event).toMatchObject({ type_uid: 300201, status: "Failure" });
  expect(faultsOf(event)).toEqual([]);
});

test.each([
  ["runtime.access.denied", 600399],
  ["runtime.approvals.requested", 600301],
  ["runtime.audit.searched", 600302],
  ["runtime.secrets.rotated", 300403],
  ["runtime.secrets.bound", 300401],
  ["runtime.secrets.unbound", 300404],
  ["runtime.secrets.rotation-requested", 300499],
  ["runtime.environments.frozen", 300412],
  ["runtime.identity.signed-in", 300201],
  ["runtime.identity.signed-out", 300202],
  ["runtime.identity.key-registered", 300110],
  ["runtime.access.revocation-seen", 300108],
  ["runtime.elevation.activated", 300301],
  ["runtime.access.break-glass-used", 300301],
  ["runtime.isolation.violated", 200301],
  ["runtime.drift.found", 200301],
  ["runtime.drift.resolved", 200303],
  ["runtime.drift.remediation-applied", 600303],
  ["runtime.compliance.exported", 600302],
  ["runtime.isolation.what-if-answered", 600302],
  ["runtime.received.org.keycloak.event.login", 300201],
  ["runtime.received.org.keycloak.event.update-password", 300103],
  ["runtime.received.org.keycloak.event.code-to-token", 300299],
  ["runtime.received.org.keycloak.admin.create.user", 300101],
  ["runtime.received.org.keycloak.admin.update.client", 300403],
  ["runtime.received.io.kubernetes.audit.patch", 600303],
  ["runtime.received.org.openbao.audit.response.read", 600302],
  ["runtime.received.org.falco.critical.shell", 200301],
  ["runtime.received.io.kyverno.policy-report.fail", 200301],
  ["runtime.received.com.example.paid", 600399],
  ["io.k8s.audit.event", 600399],
  ["runtime.constructor.made", 600399],
])("%s is %i", (type, typeUid) => {
  expect(toOcsf(envelopeOf(type)).type_uid).toBe(typeUid);
});

test("says who, what, how and where in the log", () => {
  expect(toOcsf(envelopeOf("runtime.secrets.rotated"))).toMatchObject({
    class_uid: 3004,
    time: Date.UTC(2026, 10, 22, 10, 0, 0, 123),
    status: "Success",
    severity: "High",
    actor: { user: { uid: "u:5d41402abc4b2a76", name: "Maryam Al Said", type_id: 1 } },
    entity: { uid: "secret-binding/019a3f6e-0000-7000-8000-000000000001", type: "secret-binding" },
    metadata: {
      uid: "019a3f6e-7c2b-7d11-9f0a-0d9c8b7a6f5e",
      sequence: 41,
      tenant_uid: "019a3f6e-0000-7000-8000-00000000000a",
      correlation_uid: "0af7651916cd43dd8448eb211c80319c",
    },
    unmapped: { leafhash: "cd".repeat(32), data: { reason: "due" } },
  });
  expect(classify("com.example.made")).toMatchObject({ activityName: "com.example.made" });
});

test.each([
  ["runtime.compliance.flipped", { data: { state: "met", before: "failing" } }, "Pass", "Resolved"],
  ["runtime.compliance.flipped", { data: { state: "failing" } }, "Fail", "New"],
  ["runtime.compliance.flipped", { data: { state: "unknown" } }, "Warning", "New"],
  ["runtime.compliance.flipped", { data: { state: "not-applicable" } }, "Unknown", "New"],
  ["runtime.compliance.log-audited", {}, "Pass", "Resolved"],
  ["runtime.compliance.log-audited", { outcome: "failed" }, "Fail", "New"],
  ["runtime.received.io.aquasecurity.trivy.vulnerability-report", {}, "Pass", "Resolved"],
  ["runtime.received.org.falco.notice.shell", {}, "Fail", "New"],
  ["runtime.quotas.crowding-ended", {}, "Pass", "Resolved"],
  ["runtime.drift.suppressed", {}, "Fail", "Suppressed"],
])("%s %j is a finding that says %s, %s", (type, change, result, status) => {
  const event = toOcsf(envelopeOf(type, change));
  expect(event).toMatchObject({ class_uid: 2003, compliance: { status: result }, status });
  expect(faultsOf(event)).toEqual([]);
});

test("what others sent says who did it and when, in the sender's words", () => {
  const data = {
    received: { from: "realm", principal: "alia", time: "2026-11-22T09:59:00Z" },
    data: { priority: "Critical" },
  };
  const event = toOcsf(envelopeOf("runtime.received.org.keycloak.event.login", { data }));
  expect(event).toMatchObject({
    user: { name: "alia" },
    time: Date.UTC(2026, 10, 22, 9, 59),
    severity: "Critical",
    metadata: { logged_time: Date.UTC(2026, 10, 22, 10, 0, 0, 123) },
  });
  expect(faultsOf(event)).toEqual([]);
});

test("whatever is masked, missing or odd, the result holds against the schema and hides what was masked", () => {
  const odd = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.constant(null),
    fc.constant({}),
    fc.array(fc.string()),
  );
  const change = fc.dictionary(
    fc.constantFrom(
      "subject",
      "principal",
      "principalkind",
      "outcome",
      "data",
      "time",
      "leafindex",
      "traceparent",
    ),
    odd,
  );
  const rules = fc.array(
    fc.record({
      at: fc.constantFrom(
        "name",
        "principal",
        "/data",
        "/data/actor",
        "subject",
        "outcome",
        "*kind",
      ),
      action: fc.constantFrom(...MASKING_ACTIONS),
    }),
  );
  const others = [
    "com.example.made",
    "runtime.x",
    "",
    "runtime.received.org.keycloak.event.register",
  ];
  const types = fc.constantFrom(...eventTypes().types, ...others);
  fc.assert(
    fc.property(types, change, rules, (type, changed, chosen) => {
      const masked = maskEnvelope(envelopeOf(type, changed), chosen, Buffer.alloc(32));
      expect(faultsOf(toOcsf(masked))).toEqual([]);
    }),
  );
  const masked = maskEnvelope(
    envelopeOf("runtime.elevation.activated"),
    [{ at: "/data/actor/name", action: "drop" }],
    Buffer.alloc(32),
  );
  expect(JSON.stringify(toOcsf(masked))).not.toContain("Maryam");
});
