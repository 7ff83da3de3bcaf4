import "server-only";
import type { Caller } from "#server/platform/actor.ts";
import type { Scope } from "#server/platform/authz/scopes.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { VIEW_PAGES } from "./schema.ts";

type Page = (typeof VIEW_PAGES)[number];

/** What it takes to see a page: a view may tell what stands there, as a search does. */
const SCOPES: Record<Page, Scope> = {
  rotations: "runtime.secrets.read",
  audit: "runtime.audit.read",
};

/** Throws `forbidden` for who may not see the page itself. */
export function requirePage(caller: Caller, page: Page): void {
  const scope = SCOPES[page];
  if (caller.scopes.has(scope)) return;
  throw new AppError("forbidden", `This needs the scope ${scope}.`, {
    said: { key: "needsScope", args: { scope } },
    remedy: "Ask an administrator of your organization for a role that has it.",
  });
}
