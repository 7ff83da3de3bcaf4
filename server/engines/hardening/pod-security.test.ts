import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { readManifests } from "#server/engines/kubernetes/read-manifests.ts";
import { checkPodSecurity } from "./pod-security.ts";

const root = resolve(process.env.CONFORMANCE_DIR ?? "../shared/conformance", "pod-security");

describe.skipIf(!existsSync(root))("Kubernetes' own cases (CONFORMANCE_DIR/pod-security)", () => {
  for (const level of ["baseline", "restricted"] as const) {
    for (const expected of ["pass", "fail"] as const) {
      const directory = join(root, level, expected);
      const files = existsSync(directory) ? readdirSync(directory).sort() : [];
      it(`${level}/${expected} has cases`, () => expect(files.length).toBeGreaterThan(5));
      it.each(files)(`${level}/${expected}/%s`, (file) => {
        const [pod] = readManifests(file, readFileSync(join(directory, file), "utf8")).manifests;
        const verdict = checkPodSecurity(pod ?? {}, level);
        expect(verdict.kind).toBe("checked");
        if (verdict.kind !== "checked") return;
        expect({
          violations: verdict.violations.length > 0,
          list: verdict.violations,
        }).toMatchObject({ violations: expected === "fail" });
      });
    }
  }
});

const DIGEST = `sha256:${"a".repeat(64)}`;

function hardenedPod() {
  return {
    kind: "Pod",
    metadata: { name: "p" },
    spec: {
      automountServiceAccountToken: false,
      securityContext: { runAsNonRoot: true, seccompProfile: { type: "RuntimeDefault" } },
      containers: [
        {
          name: "main",
          image: `registry.example.om/shop/web@${DIGEST}`,
          resources: { limits: { cpu: "1", memory: "64Mi" } },
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ["ALL"] },
          },
        },
      ],
    },
  };
}

type MutablePod = ReturnType<typeof hardenedPod> & { spec: Record<string, unknown> };

describe("hardened", () => {
  const options = { trustedRegistries: ["registry.example.om"] };

  it("passes a pod that has everything", () => {
    expect(checkPodSecurity(hardenedPod(), "hardened", options)).toEqual({
      kind: "checked",
      violations: [],
    });
  });

  it.each<[string, (pod: MutablePod) => void, string, string]>([
    [
      "a mounted token by default",
      (pod) => Reflect.deleteProperty(pod.spec, "automountServiceAccountToken"),
      "serviceAccountToken",
      "spec.automountServiceAccountToken",
    ],
    [
      "a writable root",
      (pod) =>
        Object.assign(pod.spec.containers[0]?.securityContext ?? {}, {
          readOnlyRootFilesystem: false,
        }),
      "readOnlyRootFilesystem",
      "spec.containers[0].securityContext.readOnlyRootFilesystem",
    ],
    [
      "a tag",
      (pod) =>
        Object.assign(pod.spec.containers[0] ?? {}, { image: "registry.example.om/shop/web:1" }),
      "imageDigest",
      "spec.containers[0].image",
    ],
    [
      "a registry that only looks trusted",
      (pod) =>
        Object.assign(pod.spec.containers[0] ?? {}, {
          image: `registry.example.om.evil.io/web@${DIGEST}`,
        }),
      "trustedRegistry",
      "spec.containers[0].image",
    ],
    [
      "no memory limit",
      (pod) => Object.assign(pod.spec.containers[0]?.resources ?? {}, { limits: { cpu: "1" } }),
      "resourceLimits",
      "spec.containers[0].resources.limits.memory",
    ],
  ])("refuses %s", (_, spoil, control, path) => {
    const pod = hardenedPod();
    spoil(pod as MutablePod);
    const verdict = checkPodSecurity(pod, "hardened", options);
    expect(verdict).toMatchObject({ kind: "checked", violations: [{ control, path }] });
  });

  it("looks into the template of a workload and leaves other kinds alone", () => {
    const job = {
      kind: "CronJob",
      spec: { jobTemplate: { spec: { template: { spec: { hostPID: true, containers: [] } } } } },
    };
    expect(checkPodSecurity(job, "baseline")).toMatchObject({
      violations: [
        { control: "hostNamespaces", path: "spec.jobTemplate.spec.template.spec.hostPID" },
      ],
    });
    expect(checkPodSecurity({ kind: "Service" }, "baseline")).toEqual({ kind: "not a workload" });
  });
});
