import { setTimeout as delay } from "node:timers/promises";
import { apiRoute, forServices, problemResponse } from "#server/features/http-api/index.ts";
import { isEnded, readDeployment, versionOf } from "../../deployment-resource.ts";
import * as operations from "../../operations.ts";

export const dynamic = "force-dynamic";

const POLL_MILLIS = 1_000;
const BEAT_MILLIS = 15_000;
/** The client reconnects; a stream for ever would outlive what it was allowed for. */
const LONGEST_MILLIS = 10 * 60_000;

/**
 * Every look is a short transaction of its own after token, tenant and scope were checked anew; when
 * they fail, `problem` is the last event.
 */
export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forServices(operations.streamDeployment, async ({ caller, again, params, request }) => {
    // Refused as an answer, not as a stream.
    const first = await readDeployment(caller, params.id);
    const look = async () => readDeployment(await again(), params.id);
    const stream = new ReadableStream<Uint8Array>({
      async start(controller) {
        const send = (text: string) => controller.enqueue(new TextEncoder().encode(text));
        const begun = performance.now();
        let beat = begun;
        let known = "";
        try {
          for (let resource = first; ; resource = await look()) {
            const version = versionOf(resource);
            if (version !== known) {
              known = version;
              send(
                `event: deployment\nid: ${version.slice(1, -1)}\ndata: ${JSON.stringify(resource)}\n\n`,
              );
              beat = performance.now();
            } else if (performance.now() - beat > BEAT_MILLIS) {
              send(": still here\n\n");
              beat = performance.now();
            }
            if (isEnded(resource) || performance.now() - begun > LONGEST_MILLIS) break;
            await delay(POLL_MILLIS, undefined, { signal: request.signal });
          }
        } catch (error) {
          if (!request.signal.aborted) {
            const problem = await problemResponse(error, request).text();
            send(`event: problem\ndata: ${problem}\n\n`);
          }
        }
        controller.close();
      },
    });
    return new Response(stream, {
      headers: { "content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no" },
    });
  }),
);
