import type { z } from "zod";
import { parsePolicyDuration } from "#server/engines/secret-policy/policy-duration.ts";
import type { RotatorField, RotatorForm } from "#server/features/rotation/bindings/rotator-form.ts";
import type { BindSecretInput } from "#server/features/rotation/schema.ts";
import { type BindValues, KIND_FACTS, type Place } from "./kind-facts.ts";

export type BindInput = z.input<typeof BindSecretInput>;

/** Where the secret lies, by its kind or by what was said. */
export function placeOf(kind: string, values: BindValues): Place {
  const said = { store: (values.store ?? "openbao") as Place["store"], path: null };
  return KIND_FACTS[kind]?.place?.(values) ?? said;
}

/** The fields of a form that are asked for: those of groups that are left out are not. */
export function askedFields(form: RotatorForm, values: BindValues): RotatorField[] {
  return form.fields.filter(({ path }) =>
    form.groups.every((group) => isIn(values, group.path) || !path.startsWith(`${group.path}.`)),
  );
}

export function isIn(values: BindValues, group: string): boolean {
  return values[`in:${group}`] === "true";
}

const ALWAYS = ["name", "owner"];

/** What is missing or out of range, by field, with the word for it. The verb judges the rest. */
export function faultsOf(
  form: RotatorForm,
  values: BindValues,
): ReadonlyMap<string, "missing" | "number" | "duration"> {
  const faults = new Map<string, "missing" | "number" | "duration">();
  const isPathAsked = placeOf(form.kind, values).path === null;
  for (const name of [...ALWAYS, ...(isPathAsked ? ["path"] : [])]) {
    if (!values[name]?.trim()) faults.set(name, "missing");
  }
  for (const field of askedFields(form, values)) {
    const name = `rotator.${field.path}`;
    const text = values[name]?.trim() ?? "";
    if (!text && field.isRequired && (field.type === "text" || field.type === "long-text")) {
      faults.set(name, "missing");
    } else if (field.type === "number" && !isNumber(text, field)) faults.set(name, "number");
  }
  if (graceOf(values) === undefined) faults.set("graceSeconds", "duration");
  return faults;
}

function isNumber(text: string, { min, max }: RotatorField): boolean {
  const value = Number(text);
  if (!text || !Number.isInteger(value)) return false;
  return (min === null || value >= min) && (max === null || value <= max);
}

function graceOf({ graceSeconds = "24h" }: BindValues): number | undefined {
  const text = graceSeconds.trim();
  return text === "0" ? 0 : parsePolicyDuration(text);
}

/** What the form says, as the verb takes it. */
export function inputOf(form: RotatorForm, values: BindValues): BindInput {
  const { store, path } = placeOf(form.kind, values);
  const text = (name: string) => values[name]?.trim() ?? "";
  return {
    name: text("name"),
    class: values.class as BindInput["class"],
    environment: values.environment as BindInput["environment"],
    owner: text("owner"),
    region: text("region") || null,
    store,
    path: path ?? text("path"),
    rotator: rotatorOf(form, values) as BindInput["rotator"],
    graceSeconds: graceOf(values) ?? 0,
    currentVersion: text("currentVersion") ? Number(text("currentVersion")) : null,
    lastRotatedAt: text("lastRotatedAt") ? new Date(`${text("lastRotatedAt")}Z`) : null,
  };
}

/** A rotator of the form's kind, with every part where its schema has it. */
export function rotatorOf(form: RotatorForm, values: BindValues): unknown {
  const rotator: Record<string, unknown> = { kind: form.kind };
  for (const { path, absent } of form.groups) {
    if (!isIn(values, path) && absent === "null") put(rotator, path, null);
  }
  const asked = askedFields(form, values);
  for (const { path, value } of form.constants) put(rotator, path, value);
  for (const field of asked) {
    const value = fieldValue(field, values[`rotator.${field.path}`] ?? "");
    if (value !== undefined) put(rotator, field.path, value);
  }
  return rotator;
}

function fieldValue({ type, isRequired, values }: RotatorField, text: string): unknown {
  const said = text.trim();
  switch (type) {
    case "yes-no":
      return said === "true";
    case "number":
      return Number(said);
    case "list":
      return said.split(/[\s,]+/).filter(Boolean);
    case "choice":
      return said || values[0];
    default:
      return said || isRequired ? said : undefined;
  }
}

function put(into: Record<string, unknown>, path: string, value: unknown): void {
  const [first = "", ...more] = path.split(".");
  if (more.length === 0) {
    into[first] = value;
    return;
  }
  const inner = (into[first] ?? {}) as Record<string, unknown>;
  into[first] = inner;
  put(inner, more.join("."), value);
}
