import type { AutomaticRotator, Rotator } from "./schema.ts";

/** Whether the worker rotates it by itself, from start to proof. */
export function isAutomatic(rotator: Rotator): rotator is AutomaticRotator {
  return rotator.kind !== "none";
}
