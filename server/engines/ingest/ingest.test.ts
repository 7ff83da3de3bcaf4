import fc from "fast-check";
import { expect, test } from "vitest";
import type { JsonValue } from "../canonical-json/canonical-json.ts";
import { judgeEvent } from "../cloud-events/judge-event.ts";
import type { MappedEvent } from "./mapped.ts";
import { MAPPERS } from "./mapper-of.ts";
import { readWritten, type SourceKind } from "./read-written.ts";
import { isReport } from "./reports.ts";
import {
  FALCO_ALERT,
  KEYCLOAK_EVENTS,
  KUBERNETES_AUDIT,
  OPEN_REPORT,
  OPENBAO_AUDIT,
  POLICY_REPORT,
  RBAC_ASSESSMENT,
  TRIVY_LIST,
} from "./testing/recorded.ts";

/** Every event that is mapped is one that the door takes. */
function taken(kind: SourceKind, written: object) {
  return MAPPERS[kind](written as JsonValue, "muscat-1").map(({ home, ...arrived }) => {
    const judged = judgeEvent(arrived, "acme");
    if (judged.kind === "refused") throw new Error(judged.fault.detail);
    const { extensions, type, subject, time, id, source, data } = judged.event;
    return { home, ...extensions, type, subject, time, id, source, data, masked: judged.masked };
  });
}

const inShop = { kind: "namespace", name: "shop" };

test("Kubernetes: who did what to which object, and whether it was allowed; never a Secret's values", () => {
  const [created, denied, probe] = taken("kubernetes-audit", KUBERNETES_AUDIT);
  expect(created).toMatchObject({
    id: "6c1f6c3b-6a0e-4e0b-a0ae-2d1f5f6f3d11/ResponseComplete",
    source: "/kubernetes/muscat-1/audit",
    type: "io.kubernetes.audit.create",
    subject: "shop/configmaps/prices",
    time: "2026-11-22T08:00:00.130Z",
    principal: "alice@example.om",
    outcome: "succeeded",
    home: inShop,
    data: { code: 201, requestObject: { data: { currency: "OMR" } } },
    masked: [],
  });
  expect(denied).toMatchObject({ outcome: "denied", data: { object: { resource: "secrets" } } });
  expect(JSON.stringify(denied)).not.toContain("aHVudGVyMg");
  expect(probe).toMatchObject({ subject: "/livez", home: { kind: "source" } });
  const asked = { ...KUBERNETES_AUDIT.items[1], stage: "RequestReceived", responseStatus: null };
  const [received] = taken("kubernetes-audit", { ...KUBERNETES_AUDIT, items: [asked] });
  expect(received?.type).toBe("io.kubernetes.audit.request.create");
});

test("OpenBao: by whom and at which path, whose it may be; a value that is no hash is left out", () => {
  const [written, refused, raw] = taken("openbao-audit", OPENBAO_AUDIT);
  expect(written).toMatchObject({
    id: "96ec8b3a-9d2f-4c3a-9d8b-8d1f5f6f3d11/response",
    type: "org.openbao.audit.response.update",
    subject: "secret/data/acme-shop/orders/database",
    time: "2026-11-22T08:00:00.123Z",
    principal: "kubernetes-shop-orders",
    home: { kind: "tenant", names: ["secret", "data", "acme-shop", "orders", "database"] },
    data: {
      request: { data: { password: `hmac-sha256:${"c".repeat(64)}` }, options: { cas: 3 } },
    },
  });
  expect(refused).toMatchObject({ outcome: "denied" });
  expect(JSON.stringify(raw)).not.toContain("not-hashed-at-all");
});

test("Keycloak: sign-ins that failed are denied, admin events tell no representation; the realm says whose", () => {
  const [signIn, signOut, admin] = taken("keycloak", KEYCLOAK_EVENTS);
  expect(signIn).toMatchObject({
    type: "org.keycloak.event.login",
    outcome: "denied",
    principal: "alice",
    home: { kind: "realm", name: "acme-shop" },
  });
  expect(signOut).toMatchObject({ type: "org.keycloak.event.logout", outcome: "succeeded" });
  expect(signOut?.id).toMatch(/^[0-9a-f]{64}$/);
  expect(admin).toMatchObject({
    type: "org.keycloak.admin.update.client",
    subject: "clients/6d5c",
  });
  expect(JSON.stringify(admin)).not.toContain("s3cr3t-of-ledger");
});

test("Falco: the rule is the type, the namespace says whose; what a command line gives away is masked", () => {
  const [alert] = taken("falco", FALCO_ALERT);
  expect(alert).toMatchObject({
    type: "org.falco.notice.terminal-shell-in-container",
    subject: "shop/orders-7d",
    principal: "root",
    home: inShop,
    masked: ["data.fields.proc.cmdline"],
  });
  expect(JSON.stringify(alert)).not.toContain("aVerySecretThing");
});

test("reports: results that are no pass, scans with their worst findings, never what a secret was", () => {
  const policy = taken("reports", POLICY_REPORT);
  expect(policy).toHaveLength(1);
  expect(policy[0]).toMatchObject({
    type: "io.kyverno.policy-report.fail",
    subject: "shop/Pod/orders-7d",
    outcome: "denied",
    home: inShop,
    data: { policy: "disallow-latest-tag", object: { name: "orders-7d" } },
  });
  const sameDay = {
    ...POLICY_REPORT,
    metadata: { ...POLICY_REPORT.metadata, resourceVersion: "2" },
  };
  expect(taken("reports", sameDay)[0]?.id).toBe(policy[0]?.id);
  const [scan, exposed] = taken("reports", TRIVY_LIST);
  expect(scan).toMatchObject({
    id: "0c1d/2026-11-22T08:00:00Z",
    type: "io.aquasecurity.trivy.vulnerability-report",
    data: { findings: [{ id: "CVE-2026-0001" }, { id: "CVE-2026-0002" }] },
  });
  expect(exposed).toMatchObject({ data: { findings: [{ id: "github-pat" }] } });
  expect(JSON.stringify(exposed)).not.toContain("plain-text-of-it");
});

test("OpenReports say the same of Kyverno; a Report of anybody else's is none", () => {
  expect(taken("reports", OPEN_REPORT)).toEqual(taken("reports", POLICY_REPORT));
  expect(isReport(OPEN_REPORT)).toBe(true);
  expect(isReport({ ...OPEN_REPORT, apiVersion: "shop.example/v1" })).toBe(false);
});

test("an assessment that does not say when is told anew when it found something else, and only then", () => {
  const [first] = taken("reports", RBAC_ASSESSMENT);
  expect(first).toMatchObject({
    type: "io.aquasecurity.trivy.cluster-rbac-assessment-report",
    subject: "ClusterRole/system:controller:token-cleaner",
    outcome: "failed",
    data: { findings: [{ id: "KSV051" }] },
  });
  expect(taken("reports", RBAC_ASSESSMENT)[0]?.id).toBe(first?.id);
  const mended = { ...RBAC_ASSESSMENT, report: { ...RBAC_ASSESSMENT.report, checks: [] } };
  expect(taken("reports", mended)[0]).toMatchObject({ outcome: "succeeded" });
  expect(taken("reports", mended)[0]?.id).not.toBe(first?.id);
});

test("Falco's nanoseconds are kept digit for digit", () => {
  const body = JSON.stringify(FALCO_ALERT).replace(
    /"evt.time":\d+/,
    '"evt.time":1795334400123456789',
  );
  const [alert] = readWritten("falco", new TextEncoder().encode(body), "muscat-1");
  expect(alert?.original).toMatchObject({
    data: { fields: { "evt.time": "1795334400123456789" } },
  });
});

test("a body is one value or one a line; what can't be read is one refusal, beside those that can", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  const lines = OPENBAO_AUDIT.map((entry) => JSON.stringify(entry)).join("\n");
  expect(readWritten("openbao-audit", bytes(lines), "v")).toHaveLength(3);
  const mixed = readWritten("openbao-audit", bytes(`${lines}\n{"torn`), "v");
  expect(mixed.map(({ fault }) => fault?.reason)).toEqual([
    undefined,
    undefined,
    undefined,
    "malformed",
  ]);
  expect(readWritten("falco", bytes("{"), "v")).toMatchObject([{ fault: { field: "body" } }]);
});

test.each(Object.keys(MAPPERS) as SourceKind[])(
  "%s: whatever comes in is mapped or refused, never thrown",
  (kind) => {
    const recorded = [
      KUBERNETES_AUDIT,
      OPENBAO_AUDIT,
      KEYCLOAK_EVENTS,
      FALCO_ALERT,
      POLICY_REPORT,
      TRIVY_LIST,
    ];
    const broken = fc
      .tuple(fc.constantFrom(...recorded), fc.array(fc.nat(), { maxLength: 6 }), fc.jsonValue())
      .map(([value, path, by]) => replaced(value as JsonValue, path, by as JsonValue));
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), broken), (written) => {
        const events: MappedEvent[] = MAPPERS[kind](written as JsonValue, "muscat-1");
        for (const { home: _, ...arrived } of events) judgeEvent(arrived, "acme");
      }),
      { numRuns: 300 },
    );
  },
);

/** The value with something else at a place in it. */
function replaced(value: JsonValue, path: readonly number[], by: JsonValue): JsonValue {
  const [step, ...rest] = path;
  if (step === undefined) return by;
  if (value === null || typeof value !== "object") return by;
  const keys = Object.keys(value);
  const key = keys[step % Math.max(1, keys.length)];
  if (key === undefined) return by;
  if (Array.isArray(value)) {
    return value.map((each, at) => (String(at) === key ? replaced(each, rest, by) : each));
  }
  const members = value as { [name: string]: JsonValue };
  return { ...members, [key]: replaced(members[key] ?? null, rest, by) };
}
