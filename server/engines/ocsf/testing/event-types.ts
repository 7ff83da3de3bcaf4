import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(import.meta.dirname, "../../../..");
const SCOPES = "server/platform/authz/scopes.ts";
const TYPE = /"(runtime\.[a-z-]+\.[a-z-]+)"/g;
const FAMILY = /`(runtime\.[a-z-]+\.[a-z-]*)\$\{/g;

/**
 * Every event type that the server's sources name, read from them: whole, or the beginning of those
 * that are put together (`runtime.approvals.` for `runtime.approvals.${act}`). Scopes look the same
 * and are left out.
 */
export function eventTypes(): { types: string[]; families: string[] } {
  const sources = readdirSync(join(root, "server"), { recursive: true, encoding: "utf8" })
    .map((path) => `server/${path.replaceAll("\\", "/")}`)
    .filter((path) => path.endsWith(".ts") && !/\.test\.ts$|\/testing\/|\/engines\//.test(path))
    .filter((path) => path !== SCOPES)
    .concat("components/audit/event-verb.ts");
  const scopes = new Set(found(TYPE, [SCOPES]));
  return {
    types: found(TYPE, sources).filter((type) => !scopes.has(type)),
    families: found(FAMILY, sources),
  };
}

function found(pattern: RegExp, paths: readonly string[]): string[] {
  const all = paths.flatMap((path) =>
    [...readFileSync(join(root, path), "utf8").matchAll(pattern)].map(([, type = ""]) => type),
  );
  return [...new Set(all)].sort();
}
