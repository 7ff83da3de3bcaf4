import { isDeepStrictEqual } from "node:util";
import { isObject, type Json, type JsonObject } from "#server/engines/differ/json.ts";
import { type FieldSet, fieldsOf, fromFieldsV1, isBelow, toFieldsV1 } from "./field-set.ts";
import { valueAt } from "./merge-objects.ts";
import { nowText } from "./object-store.ts";

/** Who set which fields, and how. */
export interface Managed {
  manager: string;
  operation: "Apply" | "Update";
  apiVersion: string;
  /** Empty where its last act changed nothing. */
  time: string;
  subresource: string | null;
  fields: FieldSet;
}

export function readManaged(object: JsonObject | null): Managed[] {
  const metadata = isObject(object?.metadata) ? object.metadata : {};
  const entries = Array.isArray(metadata.managedFields) ? metadata.managedFields : [];
  return entries.filter(isObject).map((entry) => ({
    manager: String(entry.manager),
    operation: entry.operation === "Apply" ? "Apply" : "Update",
    apiVersion: String(entry.apiVersion),
    time: typeof entry.time === "string" ? entry.time : "",
    subresource: typeof entry.subresource === "string" ? entry.subresource : null,
    fields: fromFieldsV1(entry.fieldsV1),
  }));
}

/** The object with these for its `managedFields`; managers that own nothing any more are gone. */
export function withManaged(object: JsonObject, managed: readonly Managed[]): JsonObject {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const entries = managed
    .filter(({ fields }) => fields.size > 0)
    .sort(byAge)
    .map(({ manager, operation, apiVersion, time, subresource, fields }) => ({
      manager,
      operation,
      apiVersion,
      ...(time === "" ? {} : { time }),
      fieldsType: "FieldsV1",
      fieldsV1: toFieldsV1(fields),
      ...(subresource ? { subresource } : {}),
    }));
  return { ...object, metadata: { ...metadata, managedFields: entries as unknown as Json } };
}

function byAge(a: Managed, b: Managed): number {
  for (const part of [({ operation }: Managed) => operation, ({ time }: Managed) => time]) {
    if (part(a) !== part(b)) return part(a) < part(b) ? -1 : 1;
  }
  return a.manager < b.manager ? -1 : 1;
}

/** After a create, update or patch: what changed is the manager's from now on, and nobody else's. */
export function trackUpdate(
  before: JsonObject | null,
  after: JsonObject,
  by: { manager: string; apiVersion: string; subresource: string | null },
): JsonObject {
  const fields = fieldsOf(after, true);
  const known = before ? fieldsOf(before, true) : new Set<string>();
  const changed = new Set(
    [...fields].filter((path) => {
      if (!before || !known.has(path)) return true;
      const [was, is] = [valueAt(before, path), valueAt(after, path)];
      return !isContainer(fields, path) && !isDeepStrictEqual(was, is);
    }),
  );
  const isOwn = (each: Managed) =>
    each.operation === "Update" &&
    each.manager === by.manager &&
    each.subresource === by.subresource;
  const before_ = readManaged(before);
  const own = before_.find(isOwn);
  const managed = before_
    .filter((each) => !isOwn(each))
    .map((each) => ({
      ...each,
      fields: new Set([...each.fields].filter((path) => fields.has(path) && !changed.has(path))),
    }));
  const kept = [...(own?.fields ?? [])].filter((path) => fields.has(path));
  managed.push({
    manager: by.manager,
    operation: "Update",
    apiVersion: by.apiVersion,
    time: changed.size > 0 ? nowText() : (own?.time ?? nowText()),
    subresource: by.subresource,
    fields: new Set([...kept, ...changed]),
  });
  return withManaged(after, managed);
}

/** A map or item that holds fields of its own: that it is there says nothing of its value. */
export function isContainer(fields: FieldSet, path: string): boolean {
  for (const each of fields) if (isBelow(each, path)) return true;
  return false;
}
