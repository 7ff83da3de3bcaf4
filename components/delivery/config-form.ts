import type { SinkField } from "#server/features/delivery/schema.ts";

/** What stands in the fields; a secret takes two: `<name>.path` and `<name>.field`. */
export type FormValues = Readonly<Record<string, string>>;

/** The values of a kind's form: from a configuration, or as they stand at first. */
export function formValues(fields: readonly SinkField[], config?: object): FormValues {
  const given = (config ?? {}) as Record<string, unknown>;
  return Object.fromEntries(
    fields.flatMap(({ name, input, initial }): [string, string][] => {
      const value = given[name];
      if (input !== "secret") return [[name, value === undefined ? initial : String(value ?? "")]];
      const { path = "", field = "value" } = (value ?? {}) as { path?: string; field?: string };
      return [
        [`${name}.path`, path],
        [`${name}.field`, field],
      ];
    }),
  );
}

/** The configuration that the values of a form say; the server judges it. */
export function configOf(
  kind: string,
  fields: readonly SinkField[],
  values: FormValues,
): Record<string, unknown> {
  const entries = fields.flatMap(({ name, input, isRequired }): [string, unknown][] => {
    const text = (values[name] ?? "").trim();
    if (input === "number") return text === "" ? [] : [[name, Number(text)]];
    if (input !== "secret") return [[name, text]];
    const path = (values[`${name}.path`] ?? "").trim();
    if (path === "" && !isRequired) return [[name, null]];
    return [[name, { path, field: (values[`${name}.field`] ?? "").trim() || "value" }]];
  });
  return { kind, ...Object.fromEntries(entries) };
}
