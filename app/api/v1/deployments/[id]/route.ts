import { setTimeout as delay } from "node:timers/promises";
import { z } from "zod";
import { parseInput } from "#server/platform/verb.ts";
import { answering, apiCaller } from "../api-call.ts";
import { isUndecided, readDeployment, versionOf } from "../deployment-resource.ts";

export const dynamic = "force-dynamic";

interface Context {
  params: Promise<{ id: string }>;
}

const Query = z.object({ wait: z.coerce.number().int().min(0).max(30).default(0) });
const POLL_MILLIS = 500;

/**
 * One request. With `?wait=30` the answer is held for so many seconds at most: until it differs from
 * what If-None-Match names, else until people have decided. The token is looked at anew at each step.
 */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  return answering(request, async () => {
    const { id } = await params;
    const asked = new URL(request.url).searchParams;
    const { wait } = parseInput(Query, { wait: asked.get("wait") ?? 0 });
    const known = request.headers.get("if-none-match");
    const until = performance.now() + wait * 1_000;
    for (let isAgain = false; ; isAgain = true) {
      const caller = await apiCaller(request, "deployments.read", "runtime.deployments.read", {
        isAgain,
      });
      const resource = await readDeployment(caller, id);
      const version = versionOf(resource);
      const isNews = known === null ? !isUndecided(resource) : known !== version;
      const isOver = performance.now() + POLL_MILLIS > until || request.signal.aborted;
      if (isNews || (isOver && known === null)) {
        return Response.json(resource, { headers: { etag: version } });
      }
      if (isOver) return new Response(null, { status: 304, headers: { etag: version } });
      await delay(POLL_MILLIS);
    }
  });
}
