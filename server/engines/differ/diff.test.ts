import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { diffObjects } from "./diff.ts";
import type { Json, JsonObject } from "./json.ts";
import { pointer } from "./json.ts";

const root = resolve(process.env.CONFORMANCE_DIR ?? "../shared/conformance", "drift");

describe.skipIf(!existsSync(root))("gitops-engine's pairs (CONFORMANCE_DIR/drift)", () => {
  const cases = existsSync(root) ? readdirSync(root).sort() : [];
  it("are there", () => expect(cases.length).toBeGreaterThan(3));
  it.each(cases)("%s", (name) => {
    const read = (file: string) =>
      JSON.parse(readFileSync(join(root, name, file), "utf8")) as JsonObject;
    const result = diffObjects({ desired: read("desired.json"), live: read("live.json") });
    expect(result.differences).toEqual([]);
    expect(result.status).toBe(readFileSync(join(root, name, "expected.txt"), "utf8").trim());
  });
});

function deployment(): JsonObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", labels: { app: "web" } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: {
          volumes: [{ name: "tmp", emptyDir: {} }],
          containers: [
            {
              name: "web",
              image: "registry.example.om/web@sha256:aa",
              ports: [{ containerPort: 80 }, { containerPort: 80, protocol: "UDP" }],
              env: [{ name: "A", value: "1" }],
              resources: { limits: { cpu: "500m", memory: "1Gi" } },
            },
            { name: "proxy", image: "registry.example.om/proxy@sha256:bb" },
          ],
        },
      },
    },
  };
}

/** As the API server gives it back: defaults, status, order of list maps, other spellings. */
function defaulted(): JsonObject {
  const live = structuredClone(deployment());
  const spec = live.spec as JsonObject;
  Object.assign(spec, {
    progressDeadlineSeconds: 600,
    revisionHistoryLimit: 10,
    strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: "25%", maxUnavailable: "25%" } },
  });
  const pod = (spec.template as JsonObject).spec as JsonObject;
  Object.assign(pod, {
    restartPolicy: "Always",
    dnsPolicy: "ClusterFirst",
    securityContext: {},
    schedulerName: "default-scheduler",
    terminationGracePeriodSeconds: 30,
  });
  const [web] = pod.containers as JsonObject[];
  Object.assign(web ?? {}, {
    terminationMessagePath: "/dev/termination-log",
    terminationMessagePolicy: "File",
    resources: { limits: { cpu: "0.5", memory: "1024Mi" } },
  });
  pod.containers = [...(pod.containers as Json[])].reverse();
  Object.assign(live, { status: { readyReplicas: 2 } });
  Object.assign(live.metadata as JsonObject, {
    uid: "1",
    resourceVersion: "7",
    creationTimestamp: "2026-01-01T00:00:00Z",
  });
  return live;
}

/** Every scalar of an object, with its path as the differ writes it. */
function* scalars(
  value: Json,
  path: string[] = [],
): Generator<{ path: string[]; set(to: Json): void }> {
  if (typeof value !== "object" || value === null) return;
  const entries: [string, Json][] = Array.isArray(value)
    ? value.map((item, at) => [itemKey(path.at(-1), item, at), item])
    : Object.entries(value);
  for (const [index, [key, child]] of entries.entries()) {
    const at = Array.isArray(value) ? index : key;
    if (typeof child === "object") yield* scalars(child, [...path, key]);
    else yield { path: [...path, key], set: (to) => Object.assign(value, { [at]: to }) };
  }
}

function itemKey(field: string | undefined, item: Json, at: number): string {
  const { name, containerPort, protocol } = item as JsonObject;
  return field === "ports" ? `${containerPort}/${protocol ?? "TCP"}` : String(name ?? at);
}

const IDENTITY =
  /^\/(apiVersion|kind|metadata\/(name|namespace))$|\/name$|\/(containerPort|protocol)$/;

describe("diffObjects", () => {
  it("is quiet on an object against its own defaulted form", () => {
    expect(diffObjects({ desired: deployment(), live: defaulted() })).toEqual({
      status: "in-sync",
      differences: [],
      additions: [],
      uncomparable: [],
    });
  });

  it("finds every change of a desired field at exactly that path, and nothing else", () => {
    const paths = [...scalars(deployment())]
      .map(({ path }) => path)
      .filter((path) => !IDENTITY.test(pointer(path)));
    expect(paths.length).toBeGreaterThan(8);
    fc.assert(
      fc.property(
        fc.constantFrom(...paths),
        fc.constantFrom<Json>("other", 7_777, true),
        (path, value) => {
          const live = deployment();
          for (const each of scalars(live))
            if (pointer(each.path) === pointer(path)) each.set(value);
          const { status, differences } = diffObjects({ desired: deployment(), live });
          expect({ status, found: differences.map((each) => [each.path, each.kind]) }).toEqual({
            status: "drifted",
            found: [[pointer(path), "changed"]],
          });
        },
      ),
    );
  });

  it("tells what we once applied from what others added", () => {
    const live = deployment();
    const containers = (
      (live.spec as JsonObject).template as { spec: { containers: JsonObject[] } }
    ).spec.containers;
    containers.push({ name: "miner", image: "evil.io/miner" });
    const added = diffObjects({ desired: deployment(), live });
    expect(added.status).toBe("in-sync");
    expect(added.additions.map((each) => each.path)).toEqual([
      "/spec/template/spec/containers/miner",
    ]);
    const ours = diffObjects({ desired: deployment(), live, lastApplied: live });
    expect(ours.differences).toMatchObject([
      { kind: "extra", path: "/spec/template/spec/containers/miner" },
    ]);
  });

  it("names the field manager", () => {
    const live = deployment();
    (live.spec as JsonObject).replicas = 5;
    Object.assign(live.metadata as JsonObject, {
      managedFields: [
        { manager: "console", fieldsV1: { "f:spec": { "f:template": {} } } },
        { manager: "kubectl-edit", fieldsV1: { "f:spec": { "f:replicas": {} } } },
      ],
    });
    expect(diffObjects({ desired: deployment(), live }).differences).toEqual([
      { path: "/spec/replicas", kind: "changed", desired: 2, live: 5, manager: "kubectl-edit" },
    ]);
  });

  it("keeps the values of Secrets to itself, and sees stringData and data as one", () => {
    const secret = (fields: JsonObject): JsonObject => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "s" },
      ...fields,
    });
    const encoded = Buffer.from("hunter2").toString("base64");
    expect(
      diffObjects({
        desired: secret({ stringData: { password: "hunter2" } }),
        live: secret({ data: { password: encoded } }),
      }).status,
    ).toBe("in-sync");
    const changed = diffObjects({
      desired: secret({ stringData: { password: "hunter2" } }),
      live: secret({ data: { password: Buffer.from("hunter3").toString("base64") } }),
    });
    expect(changed.differences.map((each) => each.path)).toEqual(["/data/password"]);
    expect(JSON.stringify(changed)).not.toMatch(/hunter|aHVudGVy/);
    const odd = diffObjects({
      desired: secret({ data: { password: encoded } }),
      live: secret({ data: "hunter2" as Json }),
    });
    expect(odd.status).toBe("drifted");
    expect(JSON.stringify(odd)).not.toMatch(/hunter|aHVudGVy/);
  });

  it("says unknown when it cannot compare", () => {
    const other = { ...deployment(), kind: "StatefulSet" };
    expect(diffObjects({ desired: deployment(), live: other })).toMatchObject({
      status: "unknown",
      uncomparable: [expect.stringContaining("different kinds")],
    });
    const broken = deployment();
    Object.assign(broken.metadata as JsonObject, {
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{" },
    });
    expect(diffObjects({ desired: deployment(), live: broken }).status).toBe("unknown");
  });

  it("sees an emptyDir that is gone, and an empty rule that opens all", () => {
    const live = deployment();
    const pod = ((live.spec as JsonObject).template as JsonObject).spec as JsonObject;
    pod.volumes = [{ name: "tmp", hostPath: { path: "/" } }];
    expect(
      diffObjects({ desired: deployment(), live }).differences.map((each) => each.path),
    ).toEqual(["/spec/template/spec/volumes/tmp/emptyDir"]);
    const policy = (ingress: Json): JsonObject => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "p" },
      spec: { podSelector: {}, ingress },
    });
    expect(diffObjects({ desired: policy([]), live: policy([{}]) }).status).toBe("drifted");
  });
});
