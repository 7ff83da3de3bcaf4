import { createHash } from "node:crypto";
import { list, record } from "#server/engines/kubernetes/manifest-fields.ts";
import type { Manifest } from "#server/engines/kubernetes/read-manifests.ts";
import { withoutValues } from "./without-values.ts";

/** What managers own is alike in many objects: each text of it is kept once. */
export type FieldTexts = Map<string, string>;
const MOST_TEXTS = 50_000;

/**
 * An object as it is kept: without the values of Secrets (law 6), and of `managedFields` only what the
 * differ asks for, who owns which field outside of `status`, parsed when somebody looks. What a
 * controller made (it has an owner) was asked for by nobody, so of it nobody's fields are kept.
 */
export function slimObject(received: Manifest, texts: FieldTexts): Manifest {
  const { managedFields, ...metadata } = received.metadata;
  const kept: Manifest = withoutValues({ ...received, metadata });
  const isOwned = list(metadata.ownerReferences).some((one) => record(one).controller === true);
  if (isOwned || kept.kind === "Secret") return kept;
  const owners = list(managedFields)
    .map(record)
    .filter(({ subresource }) => subresource !== "status")
    .map((entry) => ({ ...entry, fieldsV1: interned(JSON.stringify(entry.fieldsV1), texts) }));
  if (owners.length === 0) return kept;
  Object.defineProperty(kept.metadata, "managedFields", {
    enumerable: true,
    get: () => owners.map(({ fieldsV1, ...entry }) => ({ ...entry, fieldsV1: parsed(fieldsV1) })),
  });
  return kept;
}

/** In hex, of what the object says: versions, who wrote it and signs of life change nothing. */
export function digestOf(object: Manifest): string {
  const { managedFields: _, resourceVersion: __, ...metadata } = object.metadata;
  return createHash("sha256")
    .update(JSON.stringify({ ...withoutSignsOfLife(object), metadata }))
    .digest("hex");
}

/** What is written again and again though nothing else is new: by nodes, and by External Secrets at each fetch. */
function withoutSignsOfLife(object: Manifest): Manifest {
  const status = record(object.status);
  if (object.kind === "ExternalSecret") {
    const { refreshTime: _, ...rest } = status;
    return { ...object, status: rest };
  }
  if (object.kind !== "Node") return object;
  const conditions = list(status.conditions).map((each) => {
    const { lastHeartbeatTime: _, ...rest } = record(each);
    return rest;
  });
  return { ...object, status: { ...status, conditions } };
}

function interned(text: string | undefined, texts: FieldTexts): string | undefined {
  if (text === undefined) return undefined;
  const known = texts.get(text);
  if (known !== undefined) return known;
  // Texts of objects that are long gone are not kept for ever.
  if (texts.size >= MOST_TEXTS) texts.clear();
  texts.set(text, text);
  return text;
}

function parsed(text: string | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text);
}
