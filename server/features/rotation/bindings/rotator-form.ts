import { z } from "zod";
import { ROTATOR_KINDS, Rotator } from "../schema.ts";

/** One value that a kind of rotator takes, as a form asks for it. */
export const RotatorField = z.object({
  /** Where it stands in the rotator: `target.host`. */
  path: z.string(),
  type: z.enum(["text", "long-text", "number", "yes-no", "choice", "list"]),
  isRequired: z.boolean(),
  /** What it may be, where it is a choice. */
  values: z.array(z.string()),
  min: z.number().nullable(),
  max: z.number().nullable(),
});
export type RotatorField = z.infer<typeof RotatorField>;

/** A part that is given whole, or left out. */
export const RotatorGroup = z.object({
  path: z.string(),
  /** What the verb takes where it is left out. */
  absent: z.enum(["null", "omitted"]),
});

/** What a kind of rotator takes: made from its schema, so that screen, API and documents agree. */
export const RotatorForm = z.object({
  kind: z.enum(ROTATOR_KINDS),
  fields: z.array(RotatorField),
  groups: z.array(RotatorGroup),
  /** What has only one value: `provider.kind`. */
  constants: z.array(z.object({ path: z.string(), value: z.string() })),
});
export type RotatorForm = z.infer<typeof RotatorForm>;

/** Longer texts get more than a line. */
const LONG = 500;

interface JsonSchema {
  type?: string;
  const?: string;
  enum?: string[];
  format?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
}

/** The forms of all kinds, in the order of the union. */
export function rotatorForms(): RotatorForm[] {
  return Rotator.options.map((option) => {
    const form: RotatorForm = {
      kind: option.shape.kind.value,
      fields: [],
      groups: [],
      constants: [],
    };
    const schema = z.toJSONSchema(option, { io: "input" }) as JsonSchema;
    const { kind: _, ...properties } = schema.properties ?? {};
    ask(form, { ...schema, properties }, "");
    return form;
  });
}

function ask(form: RotatorForm, schema: JsonSchema, within: string): void {
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    const path = within + name;
    const isRequired = schema.required?.includes(name) ?? false;
    const told = unwrap(property);
    if (told.schema.properties) {
      if (told.isNullable) form.groups.push({ path, absent: "null" });
      else if (!isRequired) form.groups.push({ path, absent: "omitted" });
      ask(form, told.schema, `${path}.`);
    } else if (told.schema.const !== undefined) {
      form.constants.push({ path, value: told.schema.const });
    } else form.fields.push(fieldOf(path, told.schema, isRequired));
  }
}

/** A union of one, or of something and null, is that one. */
function unwrap(schema: JsonSchema): { schema: JsonSchema; isNullable: boolean } {
  const options = schema.anyOf ?? schema.oneOf;
  if (!options) return { schema, isNullable: false };
  const [only, ...more] = options.filter(({ type }) => type !== "null");
  if (!only || more.length > 0) throw new Error("a form can't ask for one of several shapes");
  return { schema: only, isNullable: options.length > 1 };
}

function fieldOf(path: string, schema: JsonSchema, isRequired: boolean): RotatorField {
  const { minimum: min = null, maximum: max = null, enum: values = [] } = schema;
  return { path, isRequired, values, min, max, type: typeOf(schema) };
}

function typeOf(schema: JsonSchema): RotatorField["type"] {
  if (schema.enum) return "choice";
  if (schema.type === "boolean") return "yes-no";
  if (schema.type === "integer" || schema.type === "number") return "number";
  if (schema.type === "array") return "list";
  if (schema.type === "string") return (schema.maxLength ?? 0) > LONG ? "long-text" : "text";
  throw new Error(`a form can't ask for ${JSON.stringify(schema)}`);
}
