/** The parts of the OpenAPI document that the page shows. */
export interface ApiDocument {
  info: { description: string };
  servers: { url: string }[];
  tags: { name: string }[];
  paths: Record<string, Record<string, ApiOperation>>;
  components: {
    schemas: Record<string, JsonSchema>;
    securitySchemes: Record<string, { description: string }>;
  };
  "x-scopes": Record<string, { meaning: string; roles: string[] }>;
  "x-problem-types": { type: string; status: number; meaning: string }[];
}

/** Ways to call, as the document names them. */
export type AccessName = "dpop" | "mtls" | "cluster" | "session";

export interface ApiOperation {
  operationId: string;
  tags: string[];
  summary: string;
  description: string;
  "x-scope"?: string;
  security: Record<string, unknown>[];
  parameters: {
    name: string;
    in: "path" | "query" | "header";
    required: boolean;
    description?: string;
    schema: JsonSchema;
  }[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, ApiResponse>;
}

export interface ApiResponse {
  description: string;
  headers?: Record<string, { description: string }>;
  content?: Record<string, Media>;
}

export interface Media {
  schema: JsonSchema;
  example?: unknown;
}

export interface JsonSchema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  [keyword: string]: unknown;
}

export interface PlacedOperation extends ApiOperation {
  method: string;
  path: string;
}

/** Every operation with its place, in the document's order. */
export function operationsOf({ paths }: ApiDocument): PlacedOperation[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase(),
      path,
    })),
  );
}

const SHOWN_KEYWORDS = [
  "format",
  "pattern",
  "minLength",
  "maxLength",
  "minimum",
  "maximum",
  "minItems",
  "maxItems",
  "default",
] as const;

/** What a schema allows, in the notation that people who write JSON know: `string[]`, `"a" | "b"`. */
export function notationOf(schema: JsonSchema): string {
  if (schema.$ref) return schema.$ref.split("/").at(-1) ?? schema.$ref;
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const variants = schema.anyOf ?? schema.oneOf;
  if (variants) return variants.map(notationOf).join(" | ");
  if (schema.allOf) return schema.allOf.map(notationOf).join(" & ");
  if (schema.type === "array") {
    const item = schema.items ? notationOf(schema.items) : "any";
    return item.includes(" ") ? `(${item})[]` : `${item}[]`;
  }
  return [schema.type ?? "any"].flat().join(" | ");
}

/** The limits of a schema as `keyword: value`, as JSON Schema writes them. */
export function limitsOf(schema: JsonSchema): string[] {
  const own = SHOWN_KEYWORDS.flatMap((keyword) => {
    const value = schema[keyword];
    // zod says the largest safe integer where there is no limit.
    const isNone = value === undefined || Math.abs(Number(value)) === Number.MAX_SAFE_INTEGER;
    return isNone
      ? []
      : [`${keyword}: ${typeof value === "string" ? value : JSON.stringify(value)}`];
  });
  // A UUID's pattern says no more than its format.
  return schema.format === "uuid" || schema.format === "date-time"
    ? own.filter((limit) => !limit.startsWith("pattern"))
    : own;
}

/** The schemas with members below a schema: its own, its items' or its variants'. */
export function withMembers(schema: JsonSchema): JsonSchema[] {
  if (schema.properties) return [schema];
  const below = [
    ...(schema.items ? [schema.items] : []),
    ...(schema.anyOf ?? schema.oneOf ?? schema.allOf ?? []),
  ];
  return below.flatMap(withMembers);
}
