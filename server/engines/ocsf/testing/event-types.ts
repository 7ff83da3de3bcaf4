import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../../..");
const SCOPES = "server/platform/authz/scopes.ts";
const TYPE = /"(runtime\.[a-z-]+\.[a-z-]+)"/g;
const FAMILY = /`(runtime\.[a-z-]+\.[a-z-]*)\$\{/g;

/**
 * Every event type that the server's sources name or the screens have words for: whole, or the beginning of those
 * that are put together (`runtime.approvals.` for `runtime.approvals.${act}`). Scopes look the same
 * and are left out.
 */
export function eventTypes(): { types: string[]; families: string[] } {
  const sources = readdirSync(join(root, "server"), { recursive: true, encoding: "utf8" })
    .map((path) => `server/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".ts") && !/\.test\.ts$|\/testing\/|\/engines\//.test(path))
    .filter((path) => path !== SCOPES);
  const scopes = new Set(found(TYPE, [SCOPES]));
  return {
    types: [...new Set([...found(TYPE, sources), ...worded()])]
      .sort()
      .filter((type) => !scopes.has(type)),
    families: found(FAMILY, sources),
  };
}

/** The types that have words on screen: among them those that the sources put together. */
function worded(): string[] {
  const text = readFileSync(join(root, "messages/en/audit.json"), "utf8");
  const { verbs } = JSON.parse(text) as { verbs: Record<string, Record<string, string>> };
  return Object.entries(verbs).flatMap(([domain, acts]) =>
    Object.keys(acts).map((act) => `runtime.${domain}.${act}`),
  );
}

function found(pattern: RegExp, paths: readonly string[]): string[] {
  const all = paths.flatMap((path) =>
    [...readFileSync(join(root, path), "utf8").matchAll(pattern)].map(([, type = ""]) => type),
  );
  return [...new Set(all)].sort();
}
