import "server-only";
import { problemResponse } from "#server/features/http-api/index.ts";
import type { EventResult } from "#server/features/ingest/index.ts";
import { AppError, notFound } from "#server/platform/errors/app-error.ts";

/** What became of several events, or of one that was taken. */
export function eventsAnswer(results: readonly EventResult[]): Response {
  const count = (status: EventResult["status"]) =>
    results.filter((result) => result.status === status).length;
  return Response.json(
    {
      received: count("received"),
      repeated: count("repeated"),
      refused: count("refused"),
      results,
    },
    { headers: { "cache-control": "no-store" } },
  );
}

/** The problem of a single event that is refused; a foreign tenant answers as an absent one (law 12). */
export function refusedEvent(
  request: Request,
  { reason, field, detail, deadLetterId }: Extract<EventResult, { status: "refused" }>,
): Response {
  const error =
    reason === "foreign-tenant"
      ? notFound("tenant")
      : new AppError(
          reason === "id-reused" ? "conflict" : reason === "too-large" ? "too_large" : "invalid",
          detail,
          { ...(field ? { field } : {}), remedy: REMEDIES[reason] },
        );
  return problemResponse(error, request, deadLetterId ? { deadLetterId } : {});
}

const REMEDIES = {
  malformed: "Mend it and send it again.",
  "too-large": "Send less in one event, or a reference to it.",
  secret: "Leave the secret out; if it is a real one, rotate it.",
  "id-reused": "Give each event an id of its own.",
};
