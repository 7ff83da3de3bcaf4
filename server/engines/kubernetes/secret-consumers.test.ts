import { expect, test } from "vitest";
import type { Manifest } from "./read-manifests.ts";
import { type SecretAsked, secretConsumers } from "./secret-consumers.ts";

const PROMOTED = new Date("2026-11-20T10:00:00Z");
const AFTER = "2026-11-20T10:05:00Z";
const LATER = "2026-11-20T10:06:00Z";
const BEFORE = "2026-11-20T09:00:00Z";
const asked = {
  store: "openbao",
  path: "acme/prod/orders-db",
  promotedAt: PROMOTED as Date | null,
  takenAt: new Date("2026-11-20T11:00:00Z") as Date | null,
};

function externalSecret(
  refreshTime: string | undefined,
  over: Record<string, unknown> = {},
): Manifest {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ExternalSecret",
    metadata: { name: "orders-db", namespace: "acme-prod" },
    spec: {
      target: { name: "orders-login" },
      data: [{ secretKey: "password", remoteRef: { key: "secret/data/acme/prod/orders-db" } }],
    },
    status: { refreshTime, conditions: [{ type: "Ready", status: "True" }] },
    ...over,
  };
}

const byEnvironment = { containers: [{ envFrom: [{ secretRef: { name: "orders-login" } }] }] };
const byFile = {
  containers: [{ volumeMounts: [{ name: "login", mountPath: "/login" }] }],
  volumes: [{ name: "login", secret: { secretName: "orders-login" } }],
};

function deployment(
  podSpec: unknown = byEnvironment,
  over: Record<string, unknown> = {},
): Manifest {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "orders-api", namespace: "acme-prod", generation: 4 },
    spec: { replicas: 2, template: { metadata: {}, spec: podSpec } },
    ...over,
  };
}

function pod(startTime: string | undefined, owner = "orders-api-7d9f"): Manifest {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `${owner}-${startTime}`,
      namespace: "acme-prod",
      ownerReferences: [{ kind: "ReplicaSet", name: owner }],
    },
    status: { phase: "Running", startTime },
  };
}

function told(manifests: Manifest[], over: Partial<SecretAsked> = {}) {
  return secretConsumers(manifests, { ...asked, ...over }).map(
    ({ name, state, reason }) => `${name} ${state} ${reason}`,
  );
}

test("an ExternalSecret that was refreshed after the promotion has moved, and so have pods started since", () => {
  expect(told([externalSecret(AFTER), deployment(), pod(LATER), pod(LATER)])).toEqual([
    "ExternalSecret/orders-db moved refreshed",
    "Deployment/orders-api moved pods-started-after",
  ]);
});

test("one pod from before is enough: not yet", () => {
  expect(told([externalSecret(AFTER), deployment(), pod(LATER), pod(BEFORE)])[1]).toBe(
    "Deployment/orders-api not-yet pods-older",
  );
});

test.each([
  ["secret/acme/prod/orders-db", true],
  ["/acme/prod/orders-db", true],
  ["acme/prod/orders-db-2", false],
  ["prod/orders-db", false],
])("the key %s names it: %s", (key, isIt) => {
  const spec = { dataFrom: [{ extract: { key } }] };
  expect(told([externalSecret(AFTER, { spec })]).length === 1).toBe(isIt);
});

test("not refreshed, failed, never refreshed: not yet; written down before the promotion: unknown", () => {
  const failed = { conditions: [{ type: "Ready", status: "False" }], refreshTime: AFTER };
  expect(told([externalSecret(BEFORE), deployment(), pod(LATER)])).toEqual([
    "ExternalSecret/orders-db not-yet not-refreshed",
    "Deployment/orders-api not-yet secret-not-refreshed",
  ]);
  expect(told([externalSecret(AFTER, { status: failed })])).toEqual([
    "ExternalSecret/orders-db not-yet refresh-failed",
  ]);
  expect(told([externalSecret(undefined)])).toEqual([
    "ExternalSecret/orders-db not-yet not-refreshed",
  ]);
  const old = { takenAt: new Date(BEFORE) };
  expect(told([externalSecret(BEFORE), deployment(), pod(BEFORE)], old)).toEqual([
    "ExternalSecret/orders-db unknown snapshot-older",
    "Deployment/orders-api unknown secret-unknown",
  ]);
});

test("pods that nobody listed are unknown, unless a restart went through or there are to be none", () => {
  expect(told([externalSecret(AFTER), deployment()])[1]).toContain("unknown pods-not-listed");
  expect(told([externalSecret(AFTER), deployment(), pod(undefined)])[1]).toContain("unknown");
  const restarted = {
    spec: {
      template: {
        metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": LATER } },
        spec: byEnvironment,
      },
    },
  };
  const through = { observedGeneration: 4, replicas: 2, updatedReplicas: 2, availableReplicas: 2 };
  const during = { ...through, updatedReplicas: 1 };
  const rolled = deployment(byEnvironment, { ...restarted, status: through });
  expect(told([externalSecret(AFTER), rolled])[1]).toContain("moved rolled-out-after");
  const rolling = deployment(byEnvironment, { ...restarted, status: during });
  expect(told([externalSecret(AFTER), rolling])[1]).toContain("unknown");
  const none = deployment(byEnvironment, {
    spec: { replicas: 0, template: { spec: byEnvironment } },
  });
  expect(told([externalSecret(AFTER), none])[1]).toContain("moved no-pods");
});

test("who reads mounted files again moves without a restart, once the kubelet has renewed them", () => {
  const annotations = { "catalyst.openova.io/reloads-secrets": "true" };
  const live = deployment(byFile, {
    metadata: { name: "orders-api", namespace: "acme-prod", annotations },
  });
  const at = (time: string) => ({ takenAt: new Date(time) });
  expect(told([externalSecret(AFTER), live, pod(BEFORE)])[1]).toContain("moved reads-files-live");
  expect(told([externalSecret(AFTER), live, pod(BEFORE)], at(LATER))[1]).toContain("not-yet");
  // An environment variable is read once, whatever the annotation says.
  const both = deployment({ ...byFile, ...byEnvironment }, { metadata: live.metadata });
  expect(told([externalSecret(AFTER), both, pod(BEFORE)])[1]).toContain("not-yet pods-older");
});

test("a CronJob's next run starts afresh; a run from before is still on the old value", () => {
  const cron: Manifest = {
    apiVersion: "batch/v1",
    kind: "CronJob",
    metadata: { name: "report", namespace: "acme-prod" },
    spec: { jobTemplate: { spec: { template: { spec: byEnvironment } } } },
  };
  const job: Manifest = {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: {
      name: "report-1",
      namespace: "acme-prod",
      ownerReferences: [{ kind: "CronJob", name: "report" }],
    },
  };
  const run = pod(BEFORE, "report-1");
  run.metadata.ownerReferences = [{ kind: "Job", name: "report-1" }];
  expect(told([externalSecret(AFTER), cron])[1]).toBe("CronJob/report moved no-pods");
  expect(told([externalSecret(AFTER), cron, job, run])[1]).toBe(
    "CronJob/report not-yet pods-older",
  );
  run.status = { phase: "Succeeded", startTime: BEFORE };
  expect(told([externalSecret(AFTER), cron, job, run])[1]).toBe("CronJob/report moved no-pods");
});

test("a refresh that only repeats an earlier one does not make pods old that started in between", () => {
  const again = externalSecret("2026-11-20T10:30:00Z");
  expect(told([again, deployment(), pod(LATER)])[1]).toContain("not-yet pods-older");
  const refreshedSince = new Map([["acme-prod/orders-db", new Date(AFTER)]]);
  expect(told([again, deployment(), pod(LATER)], { refreshedSince })[1]).toContain("moved");
  expect(told([again, deployment(), pod(BEFORE)], { refreshedSince })[1]).toContain("not-yet");
});

test("other namespaces and other Secrets are nobody's consumers", () => {
  const elsewhere = deployment(byEnvironment, { metadata: { name: "x", namespace: "other" } });
  const unrelated = deployment({ containers: [{ envFrom: [{ secretRef: { name: "else" } }] }] });
  expect(told([externalSecret(AFTER), elsewhere, unrelated])).toHaveLength(1);
  expect(told([deployment()], { store: "kubernetes", path: "acme-prod/orders-login" })).toEqual([
    "Deployment/orders-api unknown pods-not-listed",
  ]);
});

test.each([
  [{ refreshInterval: "1h30m" }, "2026-11-20T10:30:00.000Z"],
  [{ refreshInterval: "15s" }, "2026-11-20T09:00:15.000Z"],
  [{}, "2026-11-20T10:00:00.000Z"],
  [{ refreshInterval: "0" }, undefined],
  [{ refreshInterval: "1h", refreshPolicy: "CreatedOnce" }, undefined],
  [{ refreshInterval: "soon" }, undefined],
])("an ExternalSecret with %o fetches again at %s", (spec, due) => {
  const base = externalSecret(BEFORE);
  const secret = { ...base, spec: { ...(base.spec as object), ...spec } };
  const [found] = secretConsumers([secret], asked);
  expect(found).toMatchObject({ kind: "external-secret", reason: "not-refreshed" });
  expect(found?.refreshDueAt?.toISOString()).toBe(due);
});
