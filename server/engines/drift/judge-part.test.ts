import { expect, test } from "vitest";
import { clusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import { SAMPLE } from "#server/engines/isolation/testing/sample-cluster.ts";
import { readManifests } from "#server/engines/kubernetes/read-manifests.ts";
import { canTell } from "./can-tell.ts";
import { clusterDrift } from "./find-drift.ts";
import { objectKey } from "./finding.ts";
import { type IgnoreSpec, ignoreRule } from "./ignore-rules.ts";
import { shownDifferences } from "./shown-differences.ts";
import { storable } from "./storable.ts";

const WEB = `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: acme-prod }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec:
      securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }
      containers:
        - name: web
          image: registry.example/web@sha256:${"a".repeat(64)}
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } }
`;
const POLICY = (name: string, spec: string) => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: ${name}, namespace: acme-prod }
spec: ${spec}
`;
const ALL = SAMPLE + WEB;

interface Options {
  desired?: string;
  ignore?: Partial<IgnoreSpec>[];
  unread?: { kind: string; reason: string }[];
  isComplete?: boolean;
  registries?: string[];
  tenants?: string[];
}

function look(live: string, options: Options = {}) {
  const { desired = ALL, ignore = [], unread = [], isComplete = true, registries = [] } = options;
  const { manifests } = readManifests("live.yaml", live);
  const drift = clusterDrift({
    tenancy: clusterTenancy({ name: "c", manifests, isComplete }),
    desired: readManifests("desired.yaml", desired).manifests,
    isDesiredComplete: true,
    edges: [],
    unread,
    ...(options.tenants ? { tenants: new Set(options.tenants) } : {}),
  });
  const judge = (owner: string) =>
    drift.judge(owner, {
      approved: new Map(),
      registries: new Map([["prod", registries]]),
      ignore: ignore.map((each, at) =>
        ignoreRule(`rule-${at}`, {
          kind: "json-pointer",
          expression: "/spec/replicas",
          apiGroup: null,
          objectKind: null,
          namespace: null,
          name: null,
          ...each,
        }),
      ),
    });
  return { drift, judge };
}

const brief = (judged: ReturnType<ReturnType<typeof look>["judge"]>) =>
  judged.findings.map(({ rule, severity, object, reason = "none" }) => [
    rule,
    severity,
    objectKey(object),
    reason,
  ]);
const DEPLOYMENT = "apps Deployment acme-prod/web";

test("what somebody added to a pod weakens it, though no desired field changed", () => {
  const live = ALL.replace(
    "capabilities: { drop: [ALL] } }",
    "capabilities: { drop: [ALL] }, privileged: true }",
  );
  const judged = look(live).judge("acme");
  expect(brief(judged)).toEqual([
    ["weakened-hardening", "critical", DEPLOYMENT, "hardening-weakened"],
  ]);
  expect(judged.findings[0]?.differences.map(({ path }) => path)).toEqual([
    "/spec/template/spec/containers/web/securityContext/privileged",
  ]);
  // What is agreed to be so weakens nothing.
  const agreed = look(live, {
    ignore: [
      {
        expression: "/spec/template/spec/containers/web/securityContext/privileged",
        objectKind: "Deployment",
      },
    ],
  });
  expect(brief(agreed.judge("acme"))).toEqual([]);
});

test("an ignored difference is told with its rule; what is left is told as what it is", () => {
  const live = ALL.replace("replicas: 2", "replicas: 5");
  const ignored = look(live, { ignore: [{ name: "web" }] }).judge("acme");
  expect(ignored.findings).toEqual([]);
  expect(ignored.ignored).toMatchObject([
    {
      ruleId: "rule-0",
      environment: "prod",
      differences: [{ path: "/spec/replicas", desired: 2, live: 5 }],
    },
  ]);
  expect(brief(look(live, { ignore: [{ name: "other" }] }).judge("acme"))).toEqual([
    ["field-drift", "medium", DEPLOYMENT, "none"],
  ]);
  const both = look(live.replace("runAsNonRoot: true", "runAsNonRoot: false"), {
    ignore: [{ name: "web" }],
  }).judge("acme");
  expect(brief(both)).toEqual([["weakened-hardening", "high", DEPLOYMENT, "hardening-weakened"]]);
  expect(both.ignored).toHaveLength(1);
});

test("a rule on trial tells what it would hide of what is there, and hides nothing", () => {
  const live = ALL.replace("replicas: 2", "replicas: 5");
  const trial = look(live, { ignore: [{ name: "web", isTrial: true }] }).judge("acme");
  expect(brief(trial)).toEqual([["field-drift", "medium", DEPLOYMENT, "none"]]);
  expect(trial.ignored).toMatchObject([
    { ruleId: "rule-0", differences: [{ path: "/spec/replicas", desired: 2, live: 5 }] },
  ]);
  // What another rule hides already, it would not hide.
  const both = look(live, { ignore: [{ name: "web", isTrial: true }, { name: "w*" }] });
  expect(both.judge("acme").findings).toEqual([]);
  expect(both.judge("acme").ignored.map(({ ruleId }) => ruleId)).toEqual(["rule-1"]);
});

test("no rule hides that something can't be compared or read", () => {
  const everything = [
    { kind: "jq-path" as const, expression: ".metadata" },
    { expression: "/spec" },
  ];
  const broken = ALL.replace(
    "kind: Deployment\nmetadata: { name: web, namespace: acme-prod }",
    'kind: Deployment\nmetadata: { name: web, namespace: acme-prod, annotations: { "kubectl.kubernetes.io/last-applied-configuration": "{" } }',
  );
  expect(broken).not.toBe(ALL);
  expect(brief(look(broken, { ignore: everything }).judge("acme"))).toEqual([
    ["not-comparable", "medium", DEPLOYMENT, "uncomparable"],
  ]);
  // One field is encrypted where it is desired, another differs: the first is told, whatever hides the second.
  const encrypted = "{ 4dabf18193072939515e22adb298388d: 1b47061264138c4ac30d75fd1eb44270 }";
  const halfHidden = look(ALL.replace("replicas: 2", "replicas: 3"), {
    desired: ALL.replace(/image: registry[^\n]*/, `image: ${encrypted}`),
    ignore: everything,
  }).judge("acme");
  expect(brief(halfHidden)).toEqual([["not-comparable", "medium", DEPLOYMENT, "uncomparable"]]);
  expect(halfHidden.ignored).toMatchObject([{ differences: [{ path: "/spec/replicas" }] }]);
  const unread = look(ALL.replace(WEB, ""), {
    ignore: everything,
    unread: [{ kind: "apps/Deployment", reason: "forbidden" }],
  });
  expect(brief(unread.judge("acme"))).toEqual([
    ["not-comparable", "medium", DEPLOYMENT, "kind-unread"],
  ]);
});

const OPEN =
  "{ podSelector: {}, policyTypes: [Ingress], ingress: [{ from: [{ podSelector: {} }] }] }";
const NARROW =
  "{ podSelector: {}, policyTypes: [Ingress], ingress: [{ from: [{ podSelector: { matchLabels: { app: none } } }] }] }";
const ANYBODY = "{ podSelector: {}, policyTypes: [Ingress], ingress: [{}] }";
const DENY = "{ podSelector: {}, policyTypes: [Ingress] }";
const NOBODY = "{ podSelector: { matchLabels: { app: nobody } }, policyTypes: [Ingress] }";
const NOBODY_OPEN =
  "{ podSelector: { matchLabels: { app: nobody } }, policyTypes: [Ingress], ingress: [{}] }";
const NAMED = "networking.k8s.io NetworkPolicy acme-prod/p";

test.each<[string, string, string | null, unknown[]]>([
  ["stricter", OPEN, NARROW, [["field-drift", "medium", NAMED, "none"]]],
  ["open to anybody", OPEN, ANYBODY, [["weaker-policy", "critical", NAMED, "policy-opens"]]],
  [
    "opened by what nobody desired or refused",
    DENY,
    ANYBODY,
    [["weaker-policy", "critical", NAMED, "policy-opens"]],
  ],
  [
    "selecting no pod, and loosened",
    NOBODY,
    NOBODY_OPEN,
    [["weaker-policy", "critical", NAMED, "policy-loosened"]],
  ],
  [
    "selecting no pod, and tightened",
    NOBODY_OPEN,
    NOBODY,
    [["field-drift", "medium", NAMED, "none"]],
  ],
  ["gone", DENY, null, [["missing", "critical", NAMED, "none"]]],
])("a policy that is %s is judged by what it lets through", (_how, desired, live, expected) => {
  const base = ALL.replace(
    /---\napiVersion: networking.k8s.io\/v1\nkind: NetworkPolicy\nmetadata: \{ name: own-only, namespace: acme-prod[\s\S]*?(?=\n---)/,
    "",
  );
  expect(base).not.toBe(ALL);
  const judged = look(live === null ? base : base + POLICY("p", live), {
    desired: base + POLICY("p", desired),
  }).judge("acme");
  expect(brief(judged)).toEqual(expected);
});

test("an image from elsewhere, folded into its workload; an owner that is no tenant is the Sovereign's", () => {
  const ghost = `${ALL}---
apiVersion: v1
kind: Namespace
metadata: { name: ghost, labels: { catalyst.openova.io/tenant: nobody-known } }
---
apiVersion: v1
kind: ConfigMap
metadata: { name: left, namespace: ghost }
`;
  const { drift } = look(ghost, { tenants: ["acme", "lulu"] });
  expect([...drift.owners]).toContain("");
  expect([...drift.owners]).not.toContain("nobody-known");
  const judged = look(ALL, { registries: ["registry.example.om"] }).judge("acme");
  expect(new Set(judged.findings.map(({ reason }) => reason))).toEqual(
    new Set(["registry-not-trusted"]),
  );
});

test("a finding is gone only when everything it was seen by could be read", () => {
  const { drift } = look(ALL);
  const sight = {
    comparison: drift.comparison,
    unread: new Set<string>(),
    isLiveComplete: true,
    isDesiredComplete: true,
  };
  const object = { apiVersion: "apps/v1", kind: "Deployment", namespace: "acme-prod", name: "web" };
  const stray = { ...object, name: "stray" };
  const field = { rule: "field-drift" as const, object };
  expect(canTell(field, sight)).toBe(true);
  expect(canTell(field, { ...sight, isDesiredComplete: false })).toBe(true);
  expect(canTell({ ...field, object: stray }, { ...sight, isDesiredComplete: false })).toBe(false);
  expect(canTell({ ...field, object: stray }, { ...sight, isLiveComplete: false })).toBe(false);
  expect(canTell(field, { ...sight, unread: new Set(["apps/Deployment"]) })).toBe(false);
  const unmanaged = { rule: "unmanaged" as const, object: stray };
  expect(canTell(unmanaged, { ...sight, isDesiredComplete: false })).toBe(true);
  expect(
    canTell({ rule: "unexpected-image", object }, { ...sight, unread: new Set(["Pod"]) }),
  ).toBe(false);
});

test("what reads like a secret is masked on both sides, with its equality", () => {
  const [one, two, three] = shownDifferences([
    {
      path: "/spec/template/spec/containers/web/env/DB_PASSWORD/value",
      kind: "changed",
      desired: "hunter2",
      live: "hunter3",
    },
    { path: "/data/config", kind: "changed", desired: "password=hunter2345", live: "x" },
    {
      path: "/spec/env",
      kind: "missing",
      desired: [
        { name: "API_TOKEN", value: "hunter2" },
        { name: "MODE", value: "a" },
      ],
    },
  ]);
  expect(one).toMatchObject({ desired: "[masked 1]", live: "[masked 2]" });
  expect(two).toMatchObject({ desired: "[masked 3]", live: "x" });
  expect(three).toMatchObject({
    desired: [{ name: "API_TOKEN", value: "[masked 1]" }, { value: "a" }],
  });
});

test("what jsonb can't hold is made so that it can", () => {
  const cut = "𝄞".slice(0, 1);
  expect(storable({ [`a${cut}`]: ["b\0", { c: cut }, 1, null] })).toEqual({
    "a\ufffd": ["b\ufffd", { c: "\ufffd" }, 1, null],
  });
});
