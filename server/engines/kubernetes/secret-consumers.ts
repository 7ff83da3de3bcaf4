import type { ConsumerState } from "../rotation/revocation-gate.ts";
import { externalSecretsOf } from "./external-secrets.ts";
import { namespaceOf, record } from "./manifest-fields.ts";
import { podTemplateOf, secretUseOf } from "./pod-template.ts";
import type { Manifest } from "./read-manifests.ts";
import { workloadState } from "./workload-state.ts";

/** Why a consumer is in its state: a code that the screen has words for. */
export type ConsumerReason =
  | "refreshed"
  | "not-refreshed"
  | "refresh-failed"
  | "snapshot-older"
  | "pods-started-after"
  | "pods-older"
  | "no-pods"
  | "rolled-out-after"
  | "reads-files-live"
  | "secret-not-refreshed"
  | "secret-unknown"
  | "pods-not-listed";

export interface FoundConsumer {
  kind: "external-secret" | "workload";
  namespace: string;
  /** `Deployment/orders-api` */
  name: string;
  state: ConsumerState;
  reason: ConsumerReason;
  /** When the cluster did what the state says, where that is known. */
  seenAt: Date | null;
  /** When an ExternalSecret fetches again by itself, where that is known. */
  refreshDueAt?: Date | null;
}

export interface SecretAsked {
  store: string;
  path: string;
  /** When the new value became the one to read; null when it was never rotated. */
  promotedAt: Date | null;
  /** When the cluster was last written down. */
  takenAt: Date | null;
  /**
   * When an ExternalSecret, by namespace and name, was first seen refreshed since the promotion: its
   * status tells of the last refresh only, and pods that started in between have the new value.
   */
  refreshedSince?: ReadonlyMap<string, Date>;
}

/** A Secret of the cluster that holds our value, and since when it holds the newest. */
export interface HeldSecret {
  namespace: string;
  name: string;
  state: ConsumerState;
  reason: ConsumerReason;
  refreshedAt: Date | null;
}

/**
 * Who in these manifests uses a secret: the ExternalSecrets that fetch it, and the workloads whose
 * pods get what they fetched. Give only manifests of the tenant's own namespaces. Pure; a fact that
 * the manifests do not tell is `unknown`.
 */
export function secretConsumers(
  manifests: readonly Manifest[],
  asked: SecretAsked,
): FoundConsumer[] {
  const found: FoundConsumer[] = [];
  for (const secret of heldSecrets(manifests, asked, found)) {
    for (const manifest of manifests) {
      if (namespaceOf(manifest) !== secret.namespace) continue;
      const podSpec =
        manifest.kind === "Pod" && !isOwned(manifest)
          ? manifest.spec
          : record(podTemplateOf(manifest)).spec;
      const use = podSpec ? secretUseOf(podSpec, secret.name) : null;
      if (!use) continue;
      const state = workloadState(manifest, use, { secret, manifests, takenAt: asked.takenAt });
      const name = `${manifest.kind}/${manifest.metadata.name}`;
      found.push({ kind: "workload", namespace: secret.namespace, name, ...state });
    }
  }
  return [...new Map(found.map((each) => [keyOf(each), each])).values()];
}

/** The Secrets that hold the value: by an ExternalSecret, or the store is the cluster itself. */
function heldSecrets(
  manifests: readonly Manifest[],
  asked: SecretAsked,
  found: FoundConsumer[],
): HeldSecret[] {
  if (asked.store === "kubernetes") {
    const [namespace = "", name = ""] = asked.path.split("/").slice(-2);
    return [
      { namespace, name, state: "moved", reason: "refreshed", refreshedAt: asked.promotedAt },
    ];
  }
  if (asked.store !== "openbao" && asked.store !== "azure-key-vault") return [];
  return externalSecretsOf(manifests, asked).map((secret) => {
    const { namespace, externalSecret, state, reason, refreshedAt, refreshDueAt } = secret;
    const name = `ExternalSecret/${externalSecret}`;
    const seenAt = refreshedAt;
    found.push({ kind: "external-secret", namespace, name, state, reason, seenAt, refreshDueAt });
    return secret;
  });
}

function isOwned(manifest: Manifest): boolean {
  const owners = manifest.metadata.ownerReferences;
  return Array.isArray(owners) && owners.length > 0;
}

function keyOf({ kind, namespace, name }: FoundConsumer): string {
  return `${kind} ${namespace} ${name}`;
}
