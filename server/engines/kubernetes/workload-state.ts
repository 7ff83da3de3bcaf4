import { dateOf, list, namespaceOf, record } from "./manifest-fields.ts";
import { podTemplateOf, type SecretUse } from "./pod-template.ts";
import type { Manifest } from "./read-manifests.ts";
import type { FoundConsumer, HeldSecret } from "./secret-consumers.ts";

interface Around {
  secret: HeldSecret;
  manifests: readonly Manifest[];
  takenAt: Date | null;
}

type State = Pick<FoundConsumer, "state" | "reason" | "seenAt">;

/** The owner of a workload says that it reads mounted files again by itself. */
const READS_LIVE = "catalyst.openova.io/reloads-secrets";
/** What a restart leaves on the pods' description: kubectl's mark and Reloader's. */
const RESTARTED = "kubectl.kubernetes.io/restartedAt";
const RELOADED = "reloader.stakater.com/last-reloaded-from";
/** The kubelet renews mounted Secrets within its sync period and cache, a minute each by default. */
const FILES_RENEWED_MILLIS = 120_000;

/** Whether the pods of a workload run with what its Secret holds since it was refreshed. */
export function workloadState(workload: Manifest, use: SecretUse, around: Around): State {
  const { secret, takenAt } = around;
  if (secret.state === "unknown") return state("unknown", "secret-unknown");
  const since = secret.refreshedAt;
  if (secret.state === "not-yet" || !since) return state("not-yet", "secret-not-refreshed");
  if (readsLive(workload) && use.asFiles && !use.atStart) {
    const isRenewed =
      takenAt !== null && takenAt.getTime() >= since.getTime() + FILES_RENEWED_MILLIS;
    return isRenewed ? state("moved", "reads-files-live", since) : state("not-yet", "pods-older");
  }
  const pods = podsOf(workload, around.manifests);
  if (pods.length > 0) return ofPods(pods, since);
  if (workload.kind === "CronJob" || desiredPods(workload) === 0) {
    return state("moved", "no-pods", since);
  }
  const rolledOut = rolledOutAt(workload);
  if (rolledOut && rolledOut >= since) return state("moved", "rolled-out-after", rolledOut);
  return state("unknown", "pods-not-listed");
}

function ofPods(pods: readonly Manifest[], since: Date): State {
  const starts = pods.map((pod) => dateOf(record(pod.status).startTime));
  const known = starts.filter((start) => start !== null);
  if (known.some((start) => start < since)) return state("not-yet", "pods-older");
  if (known.length < starts.length) return state("unknown", "pods-not-listed");
  const last = new Date(Math.max(...known.map((start) => start.getTime())));
  return state("moved", "pods-started-after", last);
}

/** Running pods of a workload: owned by it, or by a ReplicaSet or Job that it made. */
function podsOf(workload: Manifest, manifests: readonly Manifest[]): Manifest[] {
  const { name } = workload.metadata;
  const isHere = (each: Manifest) => namespaceOf(each) === namespaceOf(workload);
  const pods = manifests.filter((each) => each.kind === "Pod" && isHere(each) && isRunning(each));
  if (workload.kind === "Pod") return pods.filter((pod) => pod.metadata.name === name);
  const between = manifests
    .filter((each) => (each.kind === "ReplicaSet" || each.kind === "Job") && isHere(each))
    .filter((each) => ownedBy(each, workload.kind, name))
    .map((each) => `${each.kind}/${each.metadata.name}`);
  return pods.filter((pod) =>
    ownersOf(pod).some(
      (owner) =>
        (owner.kind === workload.kind && owner.name === name) ||
        between.includes(`${owner.kind}/${owner.name}`) ||
        // Snapshots often leave ReplicaSets out: they are named after their Deployment.
        (workload.kind === "Deployment" &&
          owner.kind === "ReplicaSet" &&
          new RegExp(`^${escaped(name)}-[a-z0-9]{1,10}$`).test(String(owner.name))),
    ),
  );
}

function isRunning(pod: Manifest): boolean {
  const { phase } = record(pod.status);
  return phase !== "Succeeded" && phase !== "Failed";
}

/** When a restart was asked for that has gone through to every pod; null when none has. */
function rolledOutAt(workload: Manifest): Date | null {
  const annotations = annotationsOf(podTemplateOf(workload));
  const reloaded = /"(?:updatedAt|observedAt)":"?([^",}]+)/.exec(
    String(annotations[RELOADED] ?? ""),
  );
  const at = dateOf(annotations[RESTARTED]) ?? dateOf(reloaded?.[1]);
  const status = record(workload.status);
  const isObserved = status.observedGeneration === workload.metadata.generation;
  const isThrough =
    typeof status.replicas === "number" &&
    status.updatedReplicas === status.replicas &&
    status.availableReplicas === status.replicas;
  return at && isObserved && isThrough ? at : null;
}

function desiredPods(workload: Manifest): unknown {
  return record(workload.spec).replicas;
}

function readsLive(workload: Manifest): boolean {
  const own = record(workload.metadata.annotations)[READS_LIVE];
  return (own ?? annotationsOf(podTemplateOf(workload))[READS_LIVE]) === "true";
}

function annotationsOf(template: unknown): Record<string, unknown> {
  return record(record(record(template).metadata).annotations);
}

function ownersOf(manifest: Manifest): Record<string, unknown>[] {
  return list(manifest.metadata.ownerReferences).map(record);
}

function ownedBy(manifest: Manifest, kind: string, name: string): boolean {
  return ownersOf(manifest).some((owner) => owner.kind === kind && owner.name === name);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function state(name: State["state"], reason: State["reason"], seenAt: Date | null = null): State {
  return { state: name, reason, seenAt };
}
