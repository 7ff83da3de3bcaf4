import type { Breach } from "./source-tree.ts";

export interface Migration {
  /** From the repository's root. */
  readonly path: string;
  readonly sql: string;
}

const PROTECTED = /^CALL app\.protect\('(\w+)'/;
const FORCED = /^ALTER TABLE (?:public\.)?(\w+) (NO )?FORCE ROW LEVEL SECURITY/;
const CHANGES_ROWS = /^(?:UPDATE|DELETE FROM|INSERT INTO) (?:public\.)?(\w+)\b/;

/**
 * Migrations, in their order, that change rows of a table under forced row-level security: its owner, who
 * runs them, sees none of the rows, so that nothing is changed and the next constraint fails on them.
 */
export function migrationsSeeRows(migrations: readonly Migration[]): Breach[] {
  const isForced = new Map<string, boolean>();
  const breaches: Breach[] = [];
  for (const { path, sql } of migrations) {
    for (const [at, line] of sql.split("\n").entries()) {
      const [, table] = PROTECTED.exec(line) ?? [];
      if (table) isForced.set(table, true);
      const [, altered, no] = FORCED.exec(line) ?? [];
      if (altered) isForced.set(altered, no === undefined);
      const [, changed] = CHANGES_ROWS.exec(line) ?? [];
      if (changed && isForced.get(changed)) {
        breaches.push({
          file: path,
          line: at + 1,
          problem: `the owner of ${changed} sees none of its rows here: NO FORCE ROW LEVEL SECURITY before, FORCE after`,
        });
      }
    }
  }
  for (const [table, forced] of isForced) {
    if (!forced)
      breaches.push({
        file: migrations.at(-1)?.path ?? "",
        line: 1,
        problem: `${table} is left without FORCE ROW LEVEL SECURITY`,
      });
  }
  return breaches;
}
