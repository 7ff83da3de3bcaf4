import { stringify } from "yaml";
import type { DeclaredEnvironment } from "./tenant-plan.ts";

export const TENANT_LABEL = "catalyst.openova.io/tenant";
export const ENVIRONMENT_LABEL = "catalyst.openova.io/environment";

/**
 * What a cluster should have of a tenant before anything runs there, as YAML for Git: namespaces,
 * quotas, limits for what names none, closed borders, and the way to its secrets. The console never
 * applies it. The same plan gives the same bytes.
 */
export function tenantManifests(
  slug: string,
  environments: readonly DeclaredEnvironment[],
  vault: { address: string; authMount: string; secretMount: string },
): string {
  const documents = environments.flatMap(({ environment, declaration }) => {
    const { namespaces } = declaration.compute;
    return namespaces.flatMap((namespace) => {
      const labels = { [TENANT_LABEL]: slug, [ENVIRONMENT_LABEL]: environment };
      const metadata = (name: string) => ({ name, namespace, labels });
      return [
        {
          apiVersion: "v1",
          kind: "Namespace",
          metadata: {
            name: namespace,
            labels: { ...labels, "pod-security.kubernetes.io/enforce": "restricted" },
          },
        },
        ...quotaOf(declaration.quota.hard, namespaces, namespace, metadata("tenant-quota")),
        {
          apiVersion: "v1",
          kind: "LimitRange",
          metadata: metadata("tenant-defaults"),
          spec: {
            limits: [
              {
                type: "Container",
                default: { cpu: "500m", memory: "512Mi" },
                defaultRequest: { cpu: "50m", memory: "64Mi" },
              },
            ],
          },
        },
        closedBorder(metadata("tenant-border"), slug, environment),
        ...(declaration.secrets.vaultPath
          ? [secretStore(metadata("tenant-vault"), slug, environment, vault)]
          : []),
      ];
    });
  });
  return documents.map((each) => stringify(each, { lineWidth: 0 })).join("---\n");
}

/** The environment's quota goes to its first namespace; the rest get none of it until Git says so. */
function quotaOf(
  hard: Readonly<Record<string, string>>,
  namespaces: readonly string[],
  namespace: string,
  metadata: object,
): object[] {
  if (Object.keys(hard).length === 0) return [];
  const sorted = Object.entries(hard).sort(([a], [b]) => (a < b ? -1 : 1));
  const own = sorted.map(([name, limit]) => [name, namespaces[0] === namespace ? limit : "0"]);
  return [
    {
      apiVersion: "v1",
      kind: "ResourceQuota",
      metadata,
      spec: { hard: Object.fromEntries(own) },
    },
  ];
}

/** In and out only within the tenant's environment, and out to the cluster's name service. */
function closedBorder(metadata: object, slug: string, environment: string): object {
  const own = {
    namespaceSelector: {
      matchLabels: { [TENANT_LABEL]: slug, [ENVIRONMENT_LABEL]: environment },
    },
  };
  const dns = {
    to: [
      {
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "kube-system" } },
        podSelector: { matchLabels: { "k8s-app": "kube-dns" } },
      },
    ],
    ports: [
      { protocol: "UDP", port: 53 },
      { protocol: "TCP", port: 53 },
    ],
  };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata,
    spec: {
      podSelector: {},
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ from: [own] }],
      egress: [{ to: [own] }, dns],
    },
  };
}

function secretStore(
  metadata: object,
  slug: string,
  environment: string,
  vault: { address: string; authMount: string; secretMount: string },
): object {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "SecretStore",
    metadata,
    spec: {
      provider: {
        vault: {
          server: vault.address,
          path: vault.secretMount,
          version: "v2",
          auth: {
            kubernetes: {
              mountPath: vault.authMount,
              role: vaultRoleOf(slug, environment),
              serviceAccountRef: { name: "default" },
            },
          },
        },
      },
    },
  };
}

/** Name of the vault's policy and role of one environment. */
export function vaultRoleOf(slug: string, environment: string): string {
  return `tenant-${slug}-${environment}`;
}
