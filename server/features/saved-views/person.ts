import "server-only";
import type { Actor } from "#server/platform/actor.ts";
import { AppError } from "#server/platform/errors/app-error.ts";

/** Whose views these are. Throws `forbidden` for what is no person: a program keeps its own. */
export function personOf(actor: Actor): { issuer: string; subject: string; name: string } {
  if (actor.kind === "user") {
    const { issuer, subject, displayName } = actor;
    return { issuer, subject, name: displayName.slice(0, 200) };
  }
  throw new AppError("forbidden", "Views are saved for people.", {
    said: { key: "viewsForPeople" },
  });
}
