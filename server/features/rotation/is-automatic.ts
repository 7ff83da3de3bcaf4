import { AutomaticRotator, type Rotator } from "./schema.ts";

const AUTOMATIC: ReadonlySet<string> = new Set(
  AutomaticRotator.options.map((option) => option.shape.kind.value),
);

/** Whether the worker rotates it by itself, from start to proof. */
export function isAutomatic(rotator: Rotator): rotator is AutomaticRotator {
  return AUTOMATIC.has(rotator.kind);
}
