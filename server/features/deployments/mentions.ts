const MENTION = /(?<![\w.@-])@([a-z0-9][a-z0-9._-]{0,63})/gi;

/** Roles and names that stand after an @, in lower case, each once: `@security-officer`. */
export function mentionsIn(body: string): string[] {
  const found = [...body.matchAll(MENTION)].map(([, name = ""]) =>
    name.toLowerCase().replace(/[._-]+$/, ""),
  );
  return [...new Set(found)].filter((name) => name !== "").slice(0, 20);
}
