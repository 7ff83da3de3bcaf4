import type { JsonValue } from "../../canonical-json/canonical-json.ts";

/** In the form that each source writes, as its own documentation and API types have it. */

/** kube-apiserver v1.33, `--audit-webhook-batch-*`: audit.k8s.io/v1 EventList. */
export const KUBERNETES_AUDIT = {
  kind: "EventList",
  apiVersion: "audit.k8s.io/v1",
  metadata: {},
  items: [
    {
      level: "RequestResponse",
      auditID: "6c1f6c3b-6a0e-4e0b-a0ae-2d1f5f6f3d11",
      stage: "ResponseComplete",
      requestURI: "/api/v1/namespaces/shop/configmaps?fieldManager=kubectl-create",
      verb: "create",
      user: { username: "alice@example.om", groups: ["devs", "system:authenticated"] },
      sourceIPs: ["10.0.0.7"],
      userAgent: "kubectl/v1.33.1 (linux/amd64) kubernetes/8adc0f0",
      objectRef: { resource: "configmaps", namespace: "shop", name: "prices", apiVersion: "v1" },
      responseStatus: { metadata: {}, code: 201 },
      requestObject: { kind: "ConfigMap", apiVersion: "v1", data: { currency: "OMR" } },
      requestReceivedTimestamp: "2026-11-22T08:00:00.123456Z",
      stageTimestamp: "2026-11-22T08:00:00.130001Z",
      annotations: {
        "authorization.k8s.io/decision": "allow",
        "authorization.k8s.io/reason": 'RBAC: allowed by RoleBinding "devs/shop"',
      },
    },
    {
      level: "Request",
      auditID: "1e2f6c3b-6a0e-4e0b-a0ae-2d1f5f6f3d12",
      stage: "ResponseComplete",
      requestURI: "/api/v1/namespaces/shop/secrets",
      verb: "create",
      user: { username: "system:serviceaccount:shop:deployer" },
      objectRef: { resource: "secrets", namespace: "shop", name: "db", apiVersion: "v1" },
      responseStatus: {
        status: "Failure",
        message: 'secrets is forbidden: User "system:serviceaccount:shop:deployer" cannot create',
        reason: "Forbidden",
        code: 403,
      },
      requestObject: { kind: "Secret", data: { password: "aHVudGVyMg==" } },
      stageTimestamp: "2026-11-22T08:00:01.000000Z",
    },
    {
      level: "Metadata",
      auditID: "9e2f6c3b-6a0e-4e0b-a0ae-2d1f5f6f3d13",
      stage: "ResponseComplete",
      requestURI: "/livez",
      verb: "get",
      user: { username: "system:anonymous" },
      responseStatus: { code: 200 },
      stageTimestamp: "2026-11-22T08:00:02.000000Z",
    },
  ],
} satisfies JsonValue;

/** OpenBao 2.4, a `file` audit device: one line a request, one a response. */
export const OPENBAO_AUDIT = [
  {
    time: "2026-11-22T08:00:00.123456789Z",
    type: "response",
    auth: {
      client_token: `hmac-sha256:${"a".repeat(64)}`,
      accessor: `hmac-sha256:${"b".repeat(64)}`,
      display_name: "kubernetes-shop-orders",
      policies: ["default", "orders"],
      entity_id: "7d2e3179-f69b-450c-7179-ac8ee8bd8ca9",
      token_type: "service",
    },
    request: {
      id: "96ec8b3a-9d2f-4c3a-9d8b-8d1f5f6f3d11",
      operation: "update",
      mount_type: "kv",
      client_token: `hmac-sha256:${"a".repeat(64)}`,
      path: "secret/data/acme-shop/orders/database",
      data: { data: { password: `hmac-sha256:${"c".repeat(64)}` }, options: { cas: 3 } },
      remote_address: "10.0.0.9",
    },
    response: { mount_type: "kv", data: { version: 4, created_time: "2026-11-22T08:00:00Z" } },
  },
  {
    time: "2026-11-22T08:00:01Z",
    type: "response",
    auth: { display_name: "token", policies: ["default"] },
    request: { id: "16ec8b3a", operation: "read", path: "sys/policies/acl/root" },
    error: "1 error occurred:\n\t* permission denied\n\n",
  },
  {
    time: "2026-11-22T08:00:02Z",
    type: "response",
    auth: { display_name: "raw" },
    request: { id: "26ec8b3a", operation: "read", path: "secret/data/acme-shop/raw" },
    response: { data: { data: { password: "not-hashed-at-all" } } },
  },
] satisfies JsonValue;

/** Keycloak 26: EventRepresentation and AdminEventRepresentation of the Admin API. */
export const KEYCLOAK_EVENTS = [
  {
    id: "0f3f6f2e-0000-4000-8000-000000000001",
    time: 1795334400123,
    type: "LOGIN_ERROR",
    realmId: "acme-shop",
    clientId: "sovereign-console",
    userId: "8a6b0d52-0000-4000-8000-000000000001",
    ipAddress: "10.0.0.7",
    error: "invalid_user_credentials",
    details: { auth_method: "openid-connect", username: "alice", code_id: "cb9f2a" },
  },
  {
    time: 1795334401000,
    type: "LOGOUT",
    realmId: "acme-shop",
    clientId: null,
    userId: "8a6b0d52-0000-4000-8000-000000000001",
    sessionId: "cb9f2a",
    details: {},
  },
  {
    id: "0f3f6f2e-0000-4000-8000-000000000002",
    time: 1795334402000,
    realmId: "acme-shop",
    authDetails: {
      realmId: "master",
      clientId: "admin-cli",
      userId: "9b6b",
      ipAddress: "10.0.0.8",
    },
    operationType: "UPDATE",
    resourceType: "CLIENT",
    resourcePath: "clients/6d5c",
    representation: '{"clientId":"ledger","secret":"s3cr3t-of-ledger"}',
  },
] satisfies JsonValue;

/** Falco 0.41, `json_output: true`, `http_output`. */
export const FALCO_ALERT = {
  hostname: "node-1",
  output:
    "08:00:00.123456789: Notice A shell was spawned in a container with an attached terminal (evt_type=execve user=root process=bash command=bash k8s_ns=shop k8s_pod_name=orders-7d)",
  output_fields: {
    "container.id": "f2c1d1a5b6c7",
    "evt.time": 1_795_334_400_123,
    "k8s.ns.name": "shop",
    "k8s.pod.name": "orders-7d",
    "proc.cmdline": "bash -c curl -H token=aVerySecretThing",
    "user.name": "root",
  },
  priority: "Notice",
  rule: "Terminal shell in container",
  source: "syscall",
  tags: ["T1059", "container", "mitre_execution", "shell"],
  time: "2026-11-22T08:00:00.123456789Z",
} satisfies JsonValue;

/** Kyverno 1.14: PolicyReport of wgpolicyk8s.io/v1alpha2. */
export const POLICY_REPORT = {
  apiVersion: "wgpolicyk8s.io/v1alpha2",
  kind: "PolicyReport",
  metadata: { name: "d7b6", namespace: "shop", uid: "7a1", resourceVersion: "991" },
  scope: { apiVersion: "v1", kind: "Pod", name: "orders-7d", namespace: "shop", uid: "d7b6" },
  results: [
    {
      policy: "require-labels",
      rule: "check-app",
      result: "pass",
      scored: true,
      source: "kyverno",
    },
    {
      policy: "disallow-latest-tag",
      rule: "require-image-tag",
      result: "fail",
      severity: "medium",
      category: "Best Practices",
      message: "validation error: An image tag is required.",
      scored: true,
      source: "kyverno",
      timestamp: { nanos: 0, seconds: 1795334400 },
    },
  ],
  summary: { error: 0, fail: 1, pass: 1, skip: 0, warn: 0 },
} satisfies JsonValue;

/** Kyverno 1.15 with `--openreportsEnabled`: openreports.io/v1alpha1. */
export const OPEN_REPORT: { readonly [name: string]: JsonValue } = {
  ...(JSON.parse(JSON.stringify(POLICY_REPORT)) as { [name: string]: JsonValue }),
  apiVersion: "openreports.io/v1alpha1",
  kind: "Report",
};

/** Trivy operator's sample of an assessment of roles: no time of the scan, the name in an annotation. */
export const RBAC_ASSESSMENT = {
  apiVersion: "aquasecurity.github.io/v1alpha1",
  kind: "ClusterRbacAssessmentReport",
  metadata: {
    annotations: { "trivy-operator.resource.name": "system:controller:token-cleaner" },
    creationTimestamp: "2022-07-04T07:23:07Z",
    labels: {
      "plugin-config-hash": "659b7b9c46",
      "trivy-operator.resource.kind": "ClusterRole",
      "trivy-operator.resource.name-hash": "868458b9d6",
    },
    name: "clusterrole-868458b9d6",
    uid: "372d7c32-795f-4180-ae84-efd931efaf6e",
  },
  report: {
    scanner: { name: "Trivy", vendor: "Aqua Security", version: "0.30.0" },
    summary: { criticalCount: 1, highCount: 0, lowCount: 0, mediumCount: 0 },
    checks: [
      { checkID: "KSV051", severity: "CRITICAL", success: false, title: "Role binding creation" },
      { checkID: "KSV041", severity: "HIGH", success: true, title: "Manage secrets" },
    ],
  },
} satisfies JsonValue;

/** Trivy operator 0.27. */
export const TRIVY_LIST = {
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      apiVersion: "aquasecurity.github.io/v1alpha1",
      kind: "VulnerabilityReport",
      metadata: {
        name: "replicaset-orders-7d-orders",
        namespace: "shop",
        uid: "0c1d",
        labels: {
          "trivy-operator.container.name": "orders",
          "trivy-operator.resource.kind": "ReplicaSet",
          "trivy-operator.resource.name": "orders-7d",
          "trivy-operator.resource.namespace": "shop",
        },
      },
      report: {
        updateTimestamp: "2026-11-22T08:00:00Z",
        artifact: { repository: "shop/orders", tag: "1.4.2", digest: "sha256:abc" },
        registry: { server: "registry.example.om" },
        scanner: { name: "Trivy", vendor: "Aqua Security", version: "0.66.0" },
        summary: { criticalCount: 1, highCount: 1, mediumCount: 0, lowCount: 0 },
        vulnerabilities: [
          {
            vulnerabilityID: "CVE-2026-0002",
            severity: "HIGH",
            resource: "zlib",
            fixedVersion: "2",
          },
          {
            vulnerabilityID: "CVE-2026-0001",
            severity: "CRITICAL",
            resource: "openssl",
            installedVersion: "3.0.1",
            fixedVersion: "3.0.2",
            title: "openssl: out of bounds write",
          },
        ],
      },
    },
    {
      apiVersion: "aquasecurity.github.io/v1alpha1",
      kind: "ExposedSecretReport",
      metadata: { name: "x", namespace: "shop", uid: "0c1e", labels: {} },
      report: {
        updateTimestamp: "2026-11-22T08:00:00Z",
        summary: { criticalCount: 1 },
        secrets: [
          {
            ruleID: "github-pat",
            severity: "CRITICAL",
            target: "/app/.env",
            title: "GitHub Personal Access Token",
            match: "GITHUB_PAT=plain-text-of-it",
          },
        ],
      },
    },
  ],
} satisfies JsonValue;
