import { expect, test } from "vitest";
import { hasRenewed, readManagedCertificate, renewalPatch } from "./cert-manager.ts";
import { certificateAge } from "./certificate-age.ts";

const NOW = new Date("2026-11-22T05:00:00.123Z");
const READY = {
  type: "Ready",
  status: "True",
  reason: "Ready",
  message: "Certificate is up to date and has not expired",
  lastTransitionTime: "2026-10-01T00:00:00Z",
  observedGeneration: 2,
};
const OBJECT = {
  apiVersion: "cert-manager.io/v1",
  kind: "Certificate",
  metadata: { name: "pay-tls", namespace: "pay", generation: 2, resourceVersion: "991" },
  spec: { secretName: "pay-tls", issuerRef: { name: "issuing-1", kind: "ClusterIssuer" } },
  status: {
    notBefore: "2026-10-01T00:00:00Z",
    notAfter: "2026-12-30T00:00:00Z",
    renewalTime: "2026-11-30T00:00:00Z",
    revision: 3,
    conditions: [READY],
  },
};
const objectWith = (status: object) => ({ ...OBJECT, status: { ...OBJECT.status, ...status } });

test("age and next renewal are read from the status", () => {
  expect(readManagedCertificate(OBJECT)).toMatchObject({
    namespace: "pay",
    name: "pay-tls",
    issuer: { kind: "ClusterIssuer", name: "issuing-1" },
    notAfter: new Date("2026-12-30T00:00:00Z"),
    renewalTime: new Date("2026-11-30T00:00:00Z"),
    revision: 3,
    isReady: true,
    isIssuing: false,
    failedAttempts: 0,
  });
});

test("one that was never issued has no dates", () => {
  const { status: _, ...fresh } = OBJECT;
  expect(readManagedCertificate(fresh)).toMatchObject({
    notBefore: null,
    notAfter: null,
    renewalTime: null,
    revision: null,
    isReady: false,
    readyReason: null,
  });
});

test("a failing issuance shows", () => {
  const failing = objectWith({
    failedIssuanceAttempts: 2,
    lastFailureTime: "2026-11-22T04:00:00Z",
    conditions: [{ ...READY, status: "False", reason: "Expired" }],
  });
  expect(readManagedCertificate(failing)).toMatchObject({
    isReady: false,
    readyReason: "Expired",
    failedAttempts: 2,
    lastFailureAt: new Date("2026-11-22T04:00:00Z"),
  });
});

test("renewal is asked for as cmctl does, keeping the other conditions as they are", () => {
  const old = { type: "Issuing", status: "False", reason: "Failed" };
  expect(renewalPatch(objectWith({ conditions: [READY, old] }), NOW)).toEqual({
    method: "PATCH",
    path: "/apis/cert-manager.io/v1/namespaces/pay/certificates/pay-tls/status",
    contentType: "application/merge-patch+json",
    body: {
      metadata: { resourceVersion: "991" },
      status: {
        conditions: [
          READY,
          {
            type: "Issuing",
            status: "True",
            reason: "ManuallyTriggered",
            message: "Certificate re-issuance manually triggered",
            lastTransitionTime: "2026-11-22T05:00:00Z",
            observedGeneration: 2,
          },
        ],
      },
    },
  });
});

test("one that is being issued is not asked again", () => {
  const issuing = objectWith({ conditions: [READY, { type: "Issuing", status: "True" }] });
  expect(renewalPatch(issuing, NOW)).toBeNull();
});

test("renewed is a further revision, ready, and nothing under way", () => {
  const before = readManagedCertificate(OBJECT);
  const after = (status: object) => readManagedCertificate(objectWith(status));
  expect(hasRenewed(before, before)).toBe(false);
  expect(hasRenewed(before, after({ revision: 4 }))).toBe(true);
  const underWay = [READY, { type: "Issuing", status: "True" }];
  expect(hasRenewed(before, after({ revision: 4, conditions: underWay }))).toBe(false);
  const unready = [{ ...READY, status: "False" }];
  expect(hasRenewed(before, after({ revision: 4, conditions: unready }))).toBe(false);
});

test.each([
  ["another kind", { ...OBJECT, kind: "Secret" }],
  ["a date that is none", objectWith({ notAfter: "tomorrow" })],
  ["no name", { ...OBJECT, metadata: { namespace: "pay" } }],
  ["nothing", null],
])("%s is malformed", (_, object) => {
  expect(() => readManagedCertificate(object)).toThrow("cert-manager Certificate: malformed");
});

test.each([
  ["2026-09-30T23:59:59Z", "not-yet-valid"],
  ["2026-10-01T00:00:00Z", "valid"],
  ["2026-11-29T23:59:59Z", "valid"],
  ["2026-11-30T00:00:00Z", "renewal-due"],
  ["2026-12-30T00:00:00Z", "renewal-due"],
  ["2026-12-30T00:00:01Z", "expired"],
])("at %s it is %s", (now, state) => {
  const { notBefore, notAfter } = readManagedCertificate(OBJECT);
  if (!notBefore || !notAfter) throw new Error("the sample has dates");
  const age = certificateAge({ notBefore, notAfter }, new Date(now));
  expect(age.state).toBe(state);
  expect(age.ageSeconds + age.remainingSeconds).toBe(age.lifetimeSeconds);
  expect(age.renewAt).toEqual(new Date("2026-11-30T00:00:00Z"));
});

test("the renewal time that cert-manager names goes before the rule of thirds", () => {
  const notBefore = new Date("2026-10-01T00:00:00Z");
  const notAfter = new Date("2026-12-30T00:00:00Z");
  const renewAt = new Date("2026-10-02T00:00:00Z");
  const age = certificateAge({ notBefore, notAfter, renewAt }, new Date("2026-10-03T00:00:00Z"));
  expect(age).toMatchObject({ state: "renewal-due", renewAt });
});
