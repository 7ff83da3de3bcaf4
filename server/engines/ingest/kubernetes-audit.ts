import { createHash } from "node:crypto";
import type { JsonValue } from "../canonical-json/canonical-json.ts";
import {
  isObject,
  listAt,
  type MappedEvent,
  malformed,
  numberAt,
  objectAt,
  present,
  segment,
  slug,
  textAt,
  upTo,
} from "./mapped.ts";

const LARGEST_OBJECT = 24 * 1024;
const NO_BODIES = new Set(["secrets", "tokenreviews", "serviceaccounts/token"]);

/**
 * The events of an audit webhook: an EventList of audit.k8s.io/v1, one event a stage (`auditID` and stage
 * are its id). Request and response objects are kept up to 24 KiB each; those of Secrets and tokens never.
 */
export function mapKubernetesAudit(written: JsonValue, cluster: string): MappedEvent[] {
  if (textAt(written, "apiVersion") !== "audit.k8s.io/v1") {
    return [malformed(written, "apiVersion", "apiVersion must be audit.k8s.io/v1.")];
  }
  const kind = textAt(written, "kind");
  if (kind === "Event") return [mapOne(written, cluster)];
  if (kind === "EventList" && isObject(written) && Array.isArray(written.items)) {
    return listAt(written, "items").map((item) => mapOne(item, cluster));
  }
  return [malformed(written, "kind", "kind must be EventList, with items.")];
}

function mapOne(event: JsonValue, cluster: string): MappedEvent {
  const auditId = textAt(event, "auditID");
  const stage = textAt(event, "stage");
  const verb = textAt(event, "verb");
  if (!auditId || !stage || !verb) {
    const missing = auditId ? (stage ? "verb" : "stage") : "auditID";
    return malformed(event, missing, `${missing} is missing.`);
  }
  const ref = objectAt(event, "objectRef");
  const resource = [textAt(ref, "resource"), textAt(ref, "subresource")].filter(Boolean).join("/");
  const namespace = textAt(ref, "namespace");
  const code = numberAt(event, "responseStatus", "code");
  const user = textAt(event, "user", "username");
  const actsAs = textAt(event, "impersonatedUser", "username");
  const hasBodies = !NO_BODIES.has(resource);
  const data = present({
    level: textAt(event, "level"),
    stage,
    verb,
    user: user && present({ name: user, groups: listAt(event, "user", "groups") }),
    impersonated: actsAs,
    sourceIPs: listAt(event, "sourceIPs"),
    userAgent: textAt(event, "userAgent"),
    requestURI: textAt(event, "requestURI"),
    object: resource
      ? present({
          resource,
          apiGroup: textAt(ref, "apiGroup"),
          namespace,
          name: textAt(ref, "name"),
        })
      : undefined,
    code,
    message: upTo(textAt(event, "responseStatus", "message"), 1_000),
    annotations: objectAt(event, "annotations"),
    requestObject: hasBodies ? bodyOf(objectAt(event, "requestObject")) : undefined,
    responseObject: hasBodies ? bodyOf(objectAt(event, "responseObject")) : undefined,
  });
  const place = [namespace, resource, textAt(ref, "name")].filter(Boolean).join("/");
  return {
    original: present({
      specversion: "1.0",
      id: `${auditId}/${stage}`,
      source: `/kubernetes/${segment(cluster)}/audit`,
      // How a request that only came in will end nobody knows: its type says that it is no more.
      type: `io.kubernetes.audit.${stage === "RequestReceived" ? "request." : ""}${slug(verb)}`,
      subject: upTo(place || textAt(event, "requestURI"), 256),
      time: timeOf(textAt(event, "stageTimestamp") ?? textAt(event, "requestReceivedTimestamp")),
      principal: upTo(actsAs ?? user, 256),
      outcome: outcomeOf(code),
      datacontenttype: "application/json",
      data,
    }),
    home: namespace ? { kind: "namespace", name: namespace } : { kind: "source" },
  };
}

function outcomeOf(code: number | undefined): string {
  if (code === 401 || code === 403) return "denied";
  return code !== undefined && code >= 400 ? "failed" : "succeeded";
}

/** MicroTime has six digits; a stray form is left out rather than refusing the event. */
function timeOf(time: string | undefined): string | undefined {
  return time && !Number.isNaN(Date.parse(time)) ? new Date(time).toISOString() : undefined;
}

function bodyOf(body: JsonValue): JsonValue | undefined {
  if (!isObject(body) || Object.keys(body).length === 0) return undefined;
  if (/secret$/i.test(textAt(body, "kind") ?? "")) return undefined;
  const text = JSON.stringify(body);
  if (text.length <= LARGEST_OBJECT) return body;
  return { leftOut: "too large", sha256: createHash("sha256").update(text).digest("hex") };
}
