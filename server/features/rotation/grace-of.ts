import type { Rotator } from "./schema.ts";

/** The grace that a way of rotating can give: where there is one user and one password, none. */
export function graceOf(rotator: Rotator, wantedSeconds: number): number {
  return rotator.kind === "openbao-static-role" ? 0 : wantedSeconds;
}
