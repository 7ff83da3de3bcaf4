import { createHash } from "node:crypto";
import { canonicalJson, type JsonValue } from "../canonical-json/canonical-json.ts";
import {
  listAt,
  type MappedEvent,
  malformed,
  objectAt,
  present,
  segment,
  slug,
  textAt,
  upTo,
} from "./mapped.ts";

/** Alerts of Falco's `http_output` with `json_output`, one a message, or several as an array. */
export function mapFalco(written: JsonValue, cluster: string): MappedEvent[] {
  const alerts = Array.isArray(written) ? (written as readonly JsonValue[]) : [written];
  return alerts.map((alert) => mapOne(alert, cluster));
}

function mapOne(alert: JsonValue, cluster: string): MappedEvent {
  const rule = textAt(alert, "rule");
  const priority = textAt(alert, "priority");
  if (!rule || !priority) {
    const field = rule ? "priority" : "rule";
    return malformed(alert, field, `${field} is missing.`);
  }
  const fields = objectAt(alert, "output_fields");
  // Events of the audit plugin name their namespace in another way than system calls do.
  const namespace = textAt(fields, "k8s.ns.name") ?? textAt(fields, "ka.target.namespace");
  const pod = textAt(fields, "k8s.pod.name") ?? textAt(fields, "ka.target.name");
  const time = textAt(alert, "time");
  return {
    original: present({
      specversion: "1.0",
      id: textAt(alert, "uuid") ?? createHash("sha256").update(canonicalJson(alert)).digest("hex"),
      source: `/falco/${segment(cluster)}/${segment(textAt(alert, "source") ?? "syscall")}`,
      type: `org.falco.${slug(priority) || "alert"}.${slug(rule) || "rule"}`,
      subject: upTo([namespace, pod].filter(Boolean).join("/") || textAt(alert, "hostname"), 256),
      time: time && !Number.isNaN(Date.parse(time)) ? new Date(time).toISOString() : undefined,
      principal: upTo(textAt(fields, "user.name") ?? textAt(fields, "ka.user.name"), 256),
      datacontenttype: "application/json",
      data: present({
        rule,
        priority,
        source: textAt(alert, "source"),
        hostname: textAt(alert, "hostname"),
        tags: listAt(alert, "tags"),
        output: upTo(textAt(alert, "output"), 4_000),
        fields,
      }),
    }),
    home: namespace ? { kind: "namespace", name: namespace } : { kind: "source" },
  };
}
