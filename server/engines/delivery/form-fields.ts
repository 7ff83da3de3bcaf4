import { z } from "zod";
import { SINK_KINDS, SinkConfig, type SinkKind } from "./sink-kinds.ts";

export interface FormField {
  name: string;
  input: "text" | "url" | "number" | "choice" | "secret" | "pem";
  isRequired: boolean;
  choices: string[];
  initial: string;
}

interface FieldSchema {
  type?: string | string[];
  enum?: string[];
  default?: unknown;
  input?: FormField["input"];
  anyOf?: FieldSchema[];
  allOf?: FieldSchema[];
  minLength?: number;
}

/** The fields of each kind's form, in their order, read from the shape of its configuration. */
export function formFields(): { kind: SinkKind; fields: FormField[] }[] {
  return SINK_KINDS.map((kind) => {
    const shape = SinkConfig.options.find((each) => each.shape.kind.value === kind);
    if (!shape) throw new Error(`no shape of ${kind}`);
    const { properties = {}, required = [] } = z.toJSONSchema(shape, {
      io: "input",
      unrepresentable: "any",
    }) as { properties?: Record<string, FieldSchema>; required?: string[] };
    const fields = Object.entries(properties)
      .filter(([name]) => name !== "kind")
      .map(([name, schema]) => fieldOf(name, schema, required.includes(name)));
    return { kind, fields };
  });
}

function fieldOf(name: string, schema: FieldSchema, isRequired: boolean): FormField {
  const initial = schema.default;
  return {
    name,
    input: inputOf(schema),
    isRequired,
    choices: schema.enum ?? [],
    initial: typeof initial === "string" || typeof initial === "number" ? String(initial) : "",
  };
}

function inputOf(schema: FieldSchema): FormField["input"] {
  const said =
    schema.input ??
    [...(schema.anyOf ?? []), ...(schema.allOf ?? [])].find((each) => each.input)?.input;
  if (said) return said;
  if (schema.enum) return "choice";
  return schema.type === "integer" || schema.type === "number" ? "number" : "text";
}
