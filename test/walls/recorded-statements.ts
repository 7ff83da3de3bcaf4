import pg from "pg";

type Query = (this: unknown, first: string | { text?: string }, ...rest: unknown[]) => unknown;

/** Records the text of every statement that any connection of this process sends, until stopped. */
export function recordStatements(): { texts: Set<string>; stop: () => void } {
  const texts = new Set<string>();
  const { prototype } = pg.Client as unknown as { prototype: { query: Query } };
  const original = prototype.query;
  prototype.query = function record(first, ...rest) {
    const { application_name: name } = (
      this as { connectionParameters: { application_name?: string } }
    ).connectionParameters;
    const text = typeof first === "string" ? first : first?.text;
    if (text && name?.startsWith("console-")) texts.add(text);
    return original.call(this, first, ...rest);
  };
  return {
    texts,
    stop: () => {
      prototype.query = original;
    },
  };
}

/** Statements on tenant tables that do not hold the tenant against a parameter. */
export function withoutTenant(texts: Iterable<string>, tables: readonly string[]): string[] {
  const mentioned = new RegExp(
    `\\b(?:FROM|JOIN|INTO|UPDATE)\\s+(?:ONLY\\s+)?(?:"?public"?\\.)?"?(?:${tables.join("|")})"?\\b`,
    "i",
  );
  const compared = /"?tenant_id"?\s*(?:=|IN\b)\s*(?:\$\d|ANY|\(|[a-z]+\."?tenant_id)/i;
  const inserted = /INSERT\s+INTO\s+\S+(?:\s+AS\s+\w+)?\s*\(\s*"?tenant_id"?/i;
  return [...texts].filter(
    (text) => mentioned.test(text) && !compared.test(text) && !inserted.test(text),
  );
}
