import type { BindingStatus } from "#server/features/rotation/schema.ts";

/** As the server orders them, most urgent first; here without its validators' weight. */
export const BINDING_STATUSES = [
  "leaked",
  "orphaned",
  "failed",
  "missing",
  "overdue",
  "awaiting-approval",
  "rotating",
  "in-grace",
  "due-soon",
  "unmanaged",
  "healthy",
  "retired",
] as const satisfies readonly BindingStatus[];
