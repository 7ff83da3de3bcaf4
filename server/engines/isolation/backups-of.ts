import { list, namespaceOf, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { type ClusterTenancy, REGION_LABEL } from "./cluster-tenancy.ts";
import type { Located } from "./database-location.ts";
import { isOfGroup } from "./owner-of-object.ts";

/** Backups that tell of themselves: the database operator's object stores, and Velero's schedules. */
export function backupsOf(
  { evidence }: ClusterTenancy,
  own: readonly string[],
  database: Manifest | null,
): Map<string, Located> {
  const found = new Map<string, Located>();
  const { manifests } = evidence;
  if (database) {
    const namespace = namespaceOf(database);
    const spec = record(database.spec);
    const inline = record(record(spec.backup).barmanObjectStore);
    if (Object.keys(inline).length > 0) {
      const object = `Cluster ${namespace}/${database.metadata.name}`;
      found.set(String(inline.destinationPath ?? object), {
        region: regionOfStore(inline, database),
        objects: [object],
      });
    }
    for (const plugin of list(spec.plugins).map(record)) {
      const wanted = record(plugin.parameters).barmanObjectName;
      const store = manifests.find(
        (each) =>
          each.kind === "ObjectStore" &&
          namespaceOf(each) === namespace &&
          each.metadata.name === wanted,
      );
      if (!store) continue;
      const settings = record(record(store.spec).configuration);
      const object = `ObjectStore ${namespace}/${store.metadata.name}`;
      found.set(String(settings.destinationPath ?? object), {
        region: regionOfStore(settings, store),
        objects: [object],
      });
    }
  }
  for (const schedule of manifests) {
    if (schedule.kind !== "Schedule" || !isOfGroup(schedule, "velero.io")) continue;
    const template = record(record(schedule.spec).template);
    const included = list(template.includedNamespaces).map(String);
    const excluded = list(template.excludedNamespaces).map(String);
    const isIn = (each: string) =>
      (included.length === 0 || included.includes("*") || included.includes(each)) &&
      !excluded.includes(each);
    if (!own.some(isIn)) continue;
    const place = String(template.storageLocation ?? "default");
    const store = manifests.find(
      (each) =>
        each.kind === "BackupStorageLocation" &&
        namespaceOf(each) === namespaceOf(schedule) &&
        each.metadata.name === place,
    );
    found.set(place, {
      region: store ? regionOfStore(record(record(store.spec).config), store) : null,
      objects: [`BackupStorageLocation ${namespaceOf(schedule)}/${place}`],
    });
  }
  return found;
}

/** What the object's label or setting says, or an Amazon S3 endpoint's own name. */
function regionOfStore(settings: Record<string, unknown>, { metadata }: Manifest): string | null {
  const labelled = metadata.labels?.[REGION_LABEL];
  if (labelled) return labelled;
  if (typeof settings.region === "string" && settings.region !== "") return settings.region;
  const endpoint = String(settings.endpointURL ?? settings.s3Url ?? "");
  return /\bs3[.-]([a-z]{2}(?:-[a-z]+)+-\d)\.amazonaws\.com/.exec(endpoint)?.[1] ?? null;
}
