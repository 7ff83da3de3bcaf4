/** One column as `schema.prisma` declares it, in the database's own words. */
export interface DeclaredColumn {
  column: string;
  /** As `format_type` prints it, e.g. `timestamp with time zone`, `text[]`. */
  type: string;
  isNullable: boolean;
  hasDefault: boolean;
}

export interface DeclaredTable {
  table: string;
  columns: DeclaredColumn[];
  primaryKey: string[];
  /** Columns of each `@@unique`/`@unique`, with the constraint's name when it has one. */
  uniques: { columns: string[]; name: string | undefined }[];
}

const TYPES: Record<string, string> = {
  String: "text",
  Int: "integer",
  BigInt: "bigint",
  Boolean: "boolean",
  Bytes: "bytea",
  Json: "jsonb",
  DateTime: "timestamp(3) without time zone",
};
const NATIVE: [RegExp, (match: RegExpExecArray) => string][] = [
  [/@db\.Uuid\b/, () => "uuid"],
  [/@db\.Timestamptz\(6\)/, () => "timestamp with time zone"],
  [/@db\.Date\b/, () => "date"],
  [/@db\.VarChar\((\d+)\)/, (match) => `character varying(${match[1]})`],
  [/@db\.SmallInt\b/, () => "smallint"],
  [/@db\.(\w+)/, (match) => `unknown native type ${match[1]}`],
];

/**
 * Reads the subset of Prisma's schema language that we write: models of scalar fields, without
 * relations. Throws on every line it does not know, so that nothing goes unread.
 */
export function parsePrismaSchema(text: string): DeclaredTable[] {
  const blocks = text.replace(/\/\/.*$/gm, "").matchAll(/^(\w+)\s+(\w+)\s*\{([^}]*)\}/gm);
  const tables: DeclaredTable[] = [];
  for (const [, keyword, name, body] of blocks) {
    if (keyword === "generator" || keyword === "datasource") continue;
    if (keyword !== "model") throw new Error(`schema.prisma: cannot read a ${keyword}`);
    tables.push(parseModel(name ?? "", body ?? ""));
  }
  return tables;
}

function parseModel(model: string, body: string): DeclaredTable {
  const lines = body
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
  const columnOf = new Map<string, string>();
  const table: DeclaredTable = { table: model, columns: [], primaryKey: [], uniques: [] };
  const named = (list: string) =>
    list.split(",").map((field) => columnOf.get(field.trim()) ?? `unknown field ${field}`);
  for (const line of lines.filter((line) => !line.startsWith("@@"))) {
    const match = /^(\w+)\s+(\w+)(\[\]|\?)?((?:\s+@.*)?)$/.exec(line);
    const [, field = "", type = "", modifier, attributes = ""] = match ?? [];
    const base = TYPES[type];
    if (!match || base === undefined) throw new Error(`${model}: cannot read "${line}"`);
    const column = /@map\("(\w+)"\)/.exec(attributes)?.[1] ?? field;
    columnOf.set(field, column);
    table.columns.push({
      column,
      type: nativeType(attributes, base) + (modifier === "[]" ? "[]" : ""),
      isNullable: modifier === "?",
      hasDefault: /@default\(/.test(attributes),
    });
    if (/@id\b/.test(attributes)) table.primaryKey = [column];
    if (/@unique\b/.test(attributes)) table.uniques.push({ columns: [column], name: undefined });
  }
  for (const line of lines.filter((line) => line.startsWith("@@"))) {
    const match = /^@@(id|unique|map)\((?:\[([^\]]*)\])?(?:,?\s*(?:map:\s*)?"(\w+)")?\)$/.exec(
      line,
    );
    if (!match) throw new Error(`${model}: cannot read "${line}"`);
    const [, kind, list = "", text] = match;
    if (kind === "map") table.table = text ?? model;
    else if (kind === "id") table.primaryKey = named(list);
    else table.uniques.push({ columns: named(list), name: text });
  }
  return table;
}

function nativeType(attributes: string, base: string): string {
  for (const [pattern, typeOf] of NATIVE) {
    const match = pattern.exec(attributes);
    if (match) return typeOf(match);
  }
  return base;
}
