import { isTrusted } from "#server/engines/deployments/image-reference.ts";
import type { ClusterTenancy } from "#server/engines/isolation/cluster-tenancy.ts";
import { runningWorkloads } from "#server/engines/isolation/running-workloads.ts";
import { list, namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import { podTemplateOf } from "#server/engines/kubernetes/pod-template.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { keyOf, managersOf } from "./drift-objects.ts";
import { type DriftFinding, type DriftObject, type DriftReason, objectKey } from "./finding.ts";

/** A container as it runs, under the workload that its pods belong to. */
export interface RunningImage {
  tenant: string | null;
  environment: string | null;
  object: DriftObject;
  managers: readonly string[];
  container: string;
  /** As the specification asks for it. */
  asked: string;
  /** `repository@sha256:…` as it runs, else as it is asked for. */
  image: string;
  repository: string;
}

const TEMPLATE_KINDS = /^(Deployment|StatefulSet|DaemonSet|CronJob)$/;

/**
 * Every container that runs in a cluster, replicas folded into their owner; what the node doesn't tell
 * is taken from the specification. A source without pods shows its templates.
 */
export function runningImages(tenancy: ClusterTenancy): RunningImage[] {
  const { manifests } = tenancy.evidence;
  const live = new Map(manifests.map((each) => [keyOf(each), each]));
  const found = new Map<string, RunningImage>();
  for (const manifest of runningWorkloads(manifests)) {
    const pod = manifest.kind === "Pod" && manifest.apiVersion === "v1";
    const template = pod
      ? manifest
      : TEMPLATE_KINDS.test(manifest.kind)
        ? podTemplateOf(manifest)
        : null;
    if (!template) continue;
    const namespace = namespaceOf(manifest);
    const owner = tenancy.owners.get(namespace);
    const object = pod ? ownerOf(manifest, namespace) : ownObject(manifest, namespace);
    const managers = managersOf(live.get(objectKey(object)) ?? manifest);
    for (const container of containersOf(record(template).spec, record(manifest.status))) {
      const key = [objectKey(object), container.container, container.image].join("|");
      const { tenant = null, environment = null } = owner ?? {};
      if (!found.has(key)) found.set(key, { tenant, environment, object, managers, ...container });
    }
  }
  return [...found.values()];
}

function ownObject({ apiVersion, kind, metadata }: Manifest, namespace: string): DriftObject {
  return { apiVersion, kind, namespace, name: metadata.name };
}

const GROUPS: Record<string, string> = {
  Deployment: "apps/v1",
  ReplicaSet: "apps/v1",
  StatefulSet: "apps/v1",
  DaemonSet: "apps/v1",
  Job: "batch/v1",
};

function ownerOf(pod: Manifest, namespace: string): DriftObject {
  const owners = list(pod.metadata.ownerReferences).map(record);
  const owner = owners.find(({ controller }) => controller === true) ?? owners[0];
  if (typeof owner?.kind !== "string" || typeof owner.name !== "string") {
    return ownObject(pod, namespace);
  }
  const stated = typeof owner.apiVersion === "string" ? owner.apiVersion : "";
  return {
    apiVersion: GROUPS[owner.kind] ?? stated,
    kind: owner.kind,
    namespace,
    name: owner.name,
  };
}

function containersOf(podSpec: unknown, status: Record<string, unknown>) {
  const spec = record(podSpec);
  const running = new Map(
    [...list(status.containerStatuses), ...list(status.initContainerStatuses)]
      .map(record)
      .map((each) => [String(each.name), String(each.imageID ?? "")]),
  );
  return [...list(spec.containers), ...list(spec.initContainers)].map(record).map((each) => {
    const container = String(each.name);
    const asked = String(each.image ?? "");
    const ran = running.get(container)?.replace(/^docker-pullable:\/\//, "") ?? "";
    const digest = /sha256:[0-9a-f]{64}$/.exec(ran || asked)?.[0];
    const repository = asked.replace(/@.*$/, "").replace(/:[^/:]*$/, "");
    return { container, asked, repository, image: digest ? `${repository}@${digest}` : asked };
  });
}

export interface ImageDemands {
  /** `repository@sha256:…` that were approved, by environment. Without any, none is unexpected. */
  approved: ReadonlyMap<string, ReadonlySet<string>>;
  /** By environment; without any, none is untrusted. */
  registries: ReadonlyMap<string, readonly string[]>;
}

/** Images that nobody approved, that run in the place of what was approved, or from elsewhere. */
export function imageDrift(images: readonly RunningImage[], demands: ImageDemands): DriftFinding[] {
  return images.flatMap((running) => {
    const { tenant, environment } = running;
    if (tenant === null || environment === null) return [];
    const approved = demands.approved.get(environment);
    const registries = demands.registries.get(environment) ?? [];
    const findings: DriftFinding[] = [];
    if (approved && approved.size > 0 && !approved.has(running.image)) {
      const asked = digestOf(running.asked);
      const isAskedApproved = asked !== null && approved.has(`${running.repository}@${asked}`);
      findings.push(found(running, isAskedApproved ? "running-other-image" : "image-not-recorded"));
    }
    if (registries.length > 0 && !isTrusted(running.repository, registries)) {
      findings.push(found(running, "registry-not-trusted"));
    }
    return findings;
  });
}

function digestOf(image: string): string | null {
  return /sha256:[0-9a-f]{64}$/.exec(image)?.[0] ?? null;
}

function found(running: RunningImage, reason: DriftReason): DriftFinding {
  const { tenant, environment, object, image, container, asked, repository, managers } = running;
  const [registry = ""] = repository.split("/");
  return {
    rule: "unexpected-image",
    severity: "high",
    object,
    tenant,
    environment,
    causes: managers,
    differences: [],
    detail: image,
    reason,
    params: { image, container, asked, registry: repository.includes("/") ? registry : "" },
  };
}
