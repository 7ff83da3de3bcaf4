import { dateOf, list, namespaceOf, record } from "./manifest-fields.ts";
import type { Manifest } from "./read-manifests.ts";
import type { HeldSecret, SecretAsked } from "./secret-consumers.ts";

const GROUP = "external-secrets.io/";

/** The ExternalSecrets that fetch a path of the vault, each with the Secret that it keeps. */
export function externalSecretsOf(
  manifests: readonly Manifest[],
  asked: SecretAsked,
): (HeldSecret & { externalSecret: string; refreshDueAt: Date | null })[] {
  return manifests
    .filter(({ kind, apiVersion }) => kind === "ExternalSecret" && apiVersion.startsWith(GROUP))
    .filter((manifest) => remoteKeys(manifest).some((key) => isSamePath(key, asked.path)))
    .map((manifest) => {
      const { name } = manifest.metadata;
      const status = record(manifest.status);
      const target = record(record(manifest.spec).target).name ?? record(status.binding).name;
      const refreshedAt = dateOf(status.refreshTime);
      const first = asked.refreshedSince?.get(`${namespaceOf(manifest)}/${name}`);
      return {
        externalSecret: name,
        namespace: namespaceOf(manifest),
        name: typeof target === "string" ? target : name,
        refreshedAt: first && refreshedAt && first < refreshedAt ? first : refreshedAt,
        refreshDueAt: refreshDueAt(record(manifest.spec), refreshedAt),
        ...stateOf(status, refreshedAt, asked),
      };
    });
}

/** What the operator says of its last fetch (External Secrets, `status.refreshTime` and conditions). */
function stateOf(
  status: Record<string, unknown>,
  refreshedAt: Date | null,
  { promotedAt, takenAt }: SecretAsked,
): Pick<HeldSecret, "state" | "reason"> {
  const isReady = list(status.conditions)
    .map(record)
    .some((condition) => condition.type === "Ready" && condition.status === "True");
  const isAfter = refreshedAt !== null && (promotedAt === null || refreshedAt >= promotedAt);
  // A refresh that failed leaves the time of its attempt in some versions: only a ready one counts.
  if (isAfter && isReady) return { state: "moved", reason: "refreshed" };
  if (takenAt === null || (promotedAt !== null && takenAt < promotedAt)) {
    return { state: "unknown", reason: "snapshot-older" };
  }
  if (!isReady) return { state: "not-yet", reason: "refresh-failed" };
  return { state: "not-yet", reason: "not-refreshed" };
}

function remoteKeys(manifest: Manifest): string[] {
  const spec = record(manifest.spec);
  const data = list(spec.data).map((each) => record(record(each).remoteRef).key);
  const from = list(spec.dataFrom).map((each) => record(record(each).extract).key);
  return [...data, ...from].filter((key): key is string => typeof key === "string");
}

/** Keys are written with or without the mount, and with or without the `data` of KV version 2. */
function isSamePath(key: string, path: string): boolean {
  const bare = key.replace(/^\/+/, "");
  return bare === path || bare.replace(/^[^/]+\/(data\/)?/, "") === path;
}

/** An hour, where nothing is said (External Secrets, `spec.refreshInterval`). */
const USUAL_SECONDS = 3_600;

/** When it fetches again by itself; null for one that never does, or that nothing is known of. */
function refreshDueAt(spec: Record<string, unknown>, refreshedAt: Date | null): Date | null {
  const { refreshInterval, refreshPolicy = "Periodic" } = spec;
  const seconds =
    refreshInterval === undefined ? USUAL_SECONDS : goDurationSeconds(String(refreshInterval));
  if (refreshPolicy !== "Periodic" || !refreshedAt || !seconds) return null;
  return new Date(refreshedAt.getTime() + seconds * 1000);
}

const UNIT_SECONDS: Record<string, number> = { h: 3_600, m: 60, s: 1, ms: 0.001 };

/** A duration as Go writes it (`1h30m`); null when it is not one. */
function goDurationSeconds(text: string): number | null {
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) return text === "0" ? 0 : null;
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)];
  return parts.reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (UNIT_SECONDS[unit] ?? 0),
    0,
  );
}
