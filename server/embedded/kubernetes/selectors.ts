import { isObject, type JsonObject } from "#server/engines/differ/json.ts";
import { badRequest } from "./api-status.ts";

const FIELDS = new Set(["metadata.name", "metadata.namespace"]);

/** Whether an object meets `labelSelector` and `fieldSelector` (equality, sets, existence). */
export function selects(query: URLSearchParams, object: JsonObject): boolean {
  const metadata = isObject(object.metadata) ? object.metadata : {};
  const labels = isObject(metadata.labels) ? metadata.labels : {};
  const byLabel = terms(query.get("labelSelector")).every((term) =>
    meets(term, (name) => labels[name]),
  );
  const byField = terms(query.get("fieldSelector")).every((term) =>
    meets(term, (name) => {
      if (!FIELDS.has(name)) throw badRequest(`field label not supported: ${name}`);
      return metadata[name.slice("metadata.".length)];
    }),
  );
  return byLabel && byField;
}

function terms(selector: string | null): string[] {
  return (selector ?? "").split(/,(?![^(]*\))/).flatMap((term) => term.trim() || []);
}

function meets(term: string, at: (name: string) => unknown): boolean {
  const inSet = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(term);
  if (inSet) {
    const [, name = "", how, list = ""] = inSet;
    const isIn = list.split(",").some((each) => each.trim() === at(name));
    return how === "in" ? isIn : !isIn;
  }
  const equal = /^([^=!]+?)\s*(==|=|!=)\s*(.*)$/.exec(term);
  if (equal) {
    const [, name = "", how, value] = equal;
    const isEqual = at(name.trim()) === value?.trim();
    return how === "!=" ? !isEqual : isEqual;
  }
  return term.startsWith("!") ? at(term.slice(1)) === undefined : at(term) !== undefined;
}
