import {
  BATCHED,
  isEventMessage,
  MOST_IN_BATCH,
  readHttpMessage,
  STRUCTURED,
} from "#server/engines/cloud-events/read-http-message.ts";
import { apiRoute, forServices } from "#server/features/http-api/index.ts";
import { receiveEvents } from "#server/features/ingest/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { runVerb } from "#server/platform/verb.ts";
import { eventsAnswer, refusedEvent } from "./answer-events.ts";
import * as operations from "./operations.ts";

export const dynamic = "force-dynamic";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forServices(operations.sendEvents, async ({ request, caller, body }) => {
    const headers = new Map(request.headers);
    if (!isEventMessage(headers)) {
      throw new AppError("unsupported_media_type", "This is no CloudEvents message.", {
        field: "content-type",
        remedy: `Send ${STRUCTURED} or ${BATCHED}, or the attributes in ce- headers.`,
      });
    }
    const message = readHttpMessage({ headers, body: body as Uint8Array });
    if (message.mode === "too-many") {
      throw new AppError("too_large", `A batch has ${MOST_IN_BATCH} events at most.`, {
        field: "body",
        remedy: "Send smaller batches.",
      });
    }
    const { actor, idempotencyKey: _, ...rest } = caller;
    if (actor.kind !== "service") throw new TypeError("events come from service callers here");
    // Each event is taken once by its own id: a key for the whole call would only cost more.
    const { results } = await runVerb(
      receiveEvents,
      { ...rest, actor },
      {
        source: { how: "caller", kind: "cloudevents", name: actor.subject.slice(0, 200) },
        events: [...message.events],
      },
    );
    const [only] = results;
    return message.mode !== "batched" && only?.status === "refused"
      ? refusedEvent(request, only)
      : eventsAnswer(results);
  }),
);
