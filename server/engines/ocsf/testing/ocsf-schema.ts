import { readFileSync } from "node:fs";
import { join } from "node:path";
import Ajv2020 from "ajv/dist/2020.js";
import { z } from "zod";

const Captions = z.record(z.string(), z.string());
const Published = z.object({
  version: z.string(),
  classes: z.record(
    z.string(),
    z.object({
      class_name: z.string(),
      category_name: z.string(),
      category_uid: z.number(),
      captions: z.object({ activity_id: Captions, status_id: Captions, severity_id: Captions }),
      schema: z.record(z.string(), z.unknown()),
    }),
  ),
  $defs: z.record(z.string(), z.unknown()),
});

/** Our classes of the published schema, as `derive-schema.py` took them from it. */
export const published = Published.parse(
  JSON.parse(readFileSync(join(import.meta.dirname, "ocsf-1.8.0.json"), "utf8")),
);

const ajv = new Ajv2020({ allErrors: true, strict: false });
const validators = Object.fromEntries(
  Object.entries(published.classes).map(([uid, { schema }]) => [
    uid,
    ajv.compile({ ...schema, $defs: published.$defs }),
  ]),
);

/** What is wrong with an event by the schema of its class; empty when nothing is. */
export function faultsOf(event: Record<string, unknown>): string[] {
  const validate = validators[String(event.class_uid)];
  if (!validate) return [`class_uid ${String(event.class_uid)} is none of ours`];
  if (validate(event)) return captionFaults(event);
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** The names beside the ids are those of the schema; `Other` says its own. */
function captionFaults(event: Record<string, unknown>): string[] {
  const known = published.classes[String(event.class_uid)];
  const faults: string[] = [];
  const expect = (field: string, wanted: unknown) => {
    if (event[field] !== wanted) faults.push(`${field} is ${event[field]}, not ${wanted}`);
  };
  const activity = known?.captions.activity_id[String(event.activity_id)];
  expect("class_name", known?.class_name);
  expect("category_name", known?.category_name);
  expect("type_uid", Number(event.class_uid) * 100 + Number(event.activity_id));
  expect("type_name", `${known?.class_name}: ${activity}`);
  expect("status", known?.captions.status_id[String(event.status_id)]);
  expect("severity", known?.captions.severity_id[String(event.severity_id)]);
  if (event.activity_id !== 99) expect("activity_name", activity);
  return faults;
}
