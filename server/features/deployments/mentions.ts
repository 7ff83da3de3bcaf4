import type { Caller } from "#server/platform/actor.ts";

const MENTION = /(?<![\w.@-])@([a-z0-9][a-z0-9._-]{0,63})/gi;

/** Roles and names that stand after an @, in lower case, each once: `@security-officer`. */
export function mentionsIn(body: string): string[] {
  const found = [...body.matchAll(MENTION)].map(([, name = ""]) =>
    name.toLowerCase().replace(/[._-]+$/, ""),
  );
  return [...new Set(found)].filter((name) => name !== "").slice(0, 20);
}

/** What this person answers to after an @: the name in kebab-case, and each role. */
export function mentionNames({ actor }: Caller): string[] {
  if (actor.kind !== "user") return [];
  return [actor.displayName.toLowerCase().replaceAll(" ", "-"), ...actor.roles];
}
