import { Visitor } from "oxc-parser";
import { type Breach, isTestCode, lineAt, requireSome, type SourceFile } from "./source-tree.ts";

interface Writer {
  readonly path: RegExp;
  /** Only these; without it, any table. */
  readonly tables?: readonly string[];
  readonly why: string;
}

/** Who may change rows without being a verb, and why. Keep it short: each line is a hole in law 5. */
export const WRITERS: readonly Writer[] = [
  { path: /^server\/features\/[^/]+\/verbs\//, why: "verbs are how state changes" },
  { path: /^server\/platform\//, why: "verb(), audit, limits and health themselves" },
  {
    path: /^server\/features\/audit\/sealing\//,
    tables: ["audit_pending", "audit_leaf", "audit_tile", "audit_checkpoint", "audit_log_state"],
    why: "derives the log from events that verbs recorded",
  },
  {
    path: /^server\/features\/audit\/search\/indexing\//,
    tables: [
      "audit_segment",
      "audit_segment_page",
      "audit_segment_column",
      "audit_granule",
      "audit_index_head",
      "audit_search_window",
    ],
    why: "derives the search index from sealed events; it can be made anew at any time",
  },
  {
    path: /^server\/features\/identity\//,
    tables: ["session", "login_transaction", "logout_token_seen", "dpop_proof_seen"],
    why: "platform rows without tenant content; a sign-in has no tenant transaction to run in",
  },
  {
    path: /^server\/features\/step-up\/take-fresh-proof\.ts$/,
    tables: ["step_up_proof"],
    why: "uses a proof up inside the verb that it was given for, whichever feature that is of",
  },
  { path: /^server\/integrations\/postgres-roles\//, why: "acts on the target, not on our tables" },
  { path: /^server\/embedded\//, why: "the demo's own installation; refused in production" },
];

const PRISMA_WRITES = new Set([
  "create",
  "createMany",
  "createManyAndReturn",
  "update",
  "updateMany",
  "updateManyAndReturn",
  "upsert",
  "delete",
  "deleteMany",
]);
/** Each captures the table; `$` stands for an interpolated name. */
const SQL_WRITES = [
  /\binsert\s+into\s+([\w."$]+)/gi,
  /\bupdate\s+(?:only\s+)?([\w."$]+)(?:\s+(?:as\s+)?\w+)?\s+set\s/gi,
  /\bdelete\s+from\s+(?:only\s+)?([\w."$]+)/gi,
  /\bmerge\s+into\s+([\w."$]+)/gi,
  /\btruncate\s+(?:table\s+)?([\w."$]+)\s*(?:,|;|cascade\b|$)/gi,
  /\b(?:alter|drop|create)\s+(?:table|role|user|policy|function|schema|database)\s+([\w."$]+)/gi,
];

interface Write {
  readonly table: string;
  readonly breach: Breach;
}

/** `SecretBinding` → `secretBinding` (as Prisma's client names it) → its table. */
export function modelTables(schema: string): Map<string, string> {
  const models = [...schema.matchAll(/^model\s+(\w+)\s*\{([^}]*)\}/gm)].map((match) => {
    const [, name = "", body = ""] = match;
    const snake = name.replace(/(?<=.)([A-Z])/g, "_$1").toLowerCase();
    const table = /@@map\("([^"]+)"\)/.exec(body)?.[1] ?? snake;
    return [name.charAt(0).toLowerCase() + name.slice(1), table] as const;
  });
  return new Map(requireSome(models, "models in prisma/schema.prisma"));
}

/** Writes through Prisma or SQL in files that are neither a verb nor listed above. */
export function onlyVerbsWrite(
  files: readonly SourceFile[],
  models: ReadonlyMap<string, string>,
): Breach[] {
  const product = requireSome(
    files.filter((file) => /^(app|server)\//.test(file.path) && !isTestCode(file.path)),
    "files of the product",
  );
  const writes = requireSome(
    product.flatMap((file) => writesIn(file, models)),
    "writes at all, not even in verbs",
  );
  const importers = runtimeImporters(files);
  return writes
    .filter(({ table, breach }) => !isListed(table, breach.file))
    .filter(({ breach }) => !servesVerbsOnly(breach.file, importers))
    .map((write) => write.breach);
}

function runtimeImporters(files: readonly SourceFile[]): Map<string, string[]> {
  const importers = new Map<string, string[]>();
  for (const file of files.filter((each) => !isTestCode(each.path))) {
    for (const { target, isLibrary, isTypeOnly } of file.imports) {
      if (isLibrary || isTypeOnly) continue;
      importers.set(target, [...(importers.get(target) ?? []), file.path]);
    }
  }
  return importers;
}

/** A helper beside the verbs of its feature that nothing but those verbs can call. */
function servesVerbsOnly(
  path: string,
  importers: Map<string, string[]>,
  seen = new Set<string>(),
): boolean {
  const feature = /^server\/features\/[^/]+\//.exec(path)?.[0];
  if (!feature) return false;
  if (path.startsWith(`${feature}verbs/`) || seen.has(path)) return true;
  const callers = importers.get(path) ?? [];
  const trail = new Set([...seen, path]);
  return (
    callers.length > 0 &&
    callers.every(
      (caller) => caller.startsWith(feature) && servesVerbsOnly(caller, importers, trail),
    )
  );
}

function isListed(table: string, path: string): boolean {
  return WRITERS.some(
    (writer) => writer.path.test(path) && (writer.tables?.includes(table) ?? true),
  );
}

function writesIn(file: SourceFile, models: ReadonlyMap<string, string>): Write[] {
  const writes: Write[] = [];
  const found = (offset: number, table: string, what: string) => {
    const problem = `${what}: only a verb may write here (law 5); move it into server/features/<domain>/verbs/, or into a file that only those verbs import`;
    writes.push({ table, breach: { file: file.path, line: lineAt(file.text, offset), problem } });
  };
  const sql = (offset: number, text: string) => {
    for (const pattern of SQL_WRITES) {
      for (const match of text.matchAll(pattern)) {
        const table = (match[1] ?? "").replace(/"/g, "").replace(/^(app|public)\./, "");
        found(offset, table, `SQL "${match[0].trim()}"`);
      }
    }
  };
  new Visitor({
    CallExpression(node) {
      const { callee } = node;
      if (callee.type !== "MemberExpression" || callee.property.type !== "Identifier") return;
      if (!PRISMA_WRITES.has(callee.property.name)) return;
      const owner = callee.object;
      if (owner.type !== "MemberExpression" || owner.property.type !== "Identifier") return;
      const table = models.get(owner.property.name);
      if (table) found(node.start, table, `${owner.property.name}.${callee.property.name}()`);
    },
    Literal(node) {
      if (typeof node.value === "string") sql(node.start, node.value);
    },
    TemplateLiteral(node) {
      const text = node.quasis.map((part) => part.value.cooked ?? part.value.raw).join("$");
      sql(node.start, text);
    },
  }).visit(file.program);
  return writes;
}
