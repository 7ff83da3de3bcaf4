import { AppError } from "#server/platform/errors/app-error.ts";

/** The place after which a page begins: the last event of the page before. */
export interface EventPlace {
  /** Microseconds since 1970 (Postgres's own resolution), decimal. */
  recordedAtMicros: string;
  eventId: string;
}

export function formatCursor({ recordedAtMicros, eventId }: EventPlace): string {
  return `${recordedAtMicros}.${eventId}`;
}

/** Throws `invalid` on anything that `formatCursor` did not give. */
export function parseCursor(cursor: string): EventPlace {
  const match = /^([0-9]{1,16})\.([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})$/.exec(cursor);
  const [, recordedAtMicros, eventId] = match ?? [];
  if (!recordedAtMicros || !eventId) {
    throw new AppError("invalid", "cursor: is not one that this list gave", { field: "cursor" });
  }
  return { recordedAtMicros, eventId };
}
