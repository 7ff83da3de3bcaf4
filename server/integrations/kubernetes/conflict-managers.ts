import { list, record } from "#server/engines/kubernetes/manifest-fields.ts";

const CONFLICT = /^conflict with "([^"]{1,200})"/;

/**
 * Who owns the fields that a server-side apply met, as the `Status` of a 409 tells: sorted names and nothing
 * else of it, since its field paths may hold values. Empty when the conflict is about something else.
 */
export function conflictManagers(status: unknown): string[] {
  const causes = list(record(record(status).details).causes).map(record);
  const names = causes.flatMap(({ reason, message }) => {
    const name = CONFLICT.exec(String(message ?? ""))?.[1];
    return reason === "FieldManagerConflict" && name !== undefined ? [name] : [];
  });
  return [...new Set(names)].sort();
}
