import "server-only";
import type { Actor } from "#server/platform/actor.ts";
import { AppError } from "#server/platform/errors/app-error.ts";

/** The signed-in person. Throws `forbidden` for what is none. */
export function personOf(actor: Actor): Extract<Actor, { kind: "user" }> {
  if (actor.kind === "user") return actor;
  throw new AppError("forbidden", "Only a person can prove a second factor.", {
    said: { key: "people.secondFactor" },
  });
}
