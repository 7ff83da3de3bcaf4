import { createServer, type Server } from "node:http";
import { z } from "zod";
import type { Follower } from "./follow-storage.ts";

const Order = z.object({ promotionId: z.string().min(1), target: z.string() });

/**
 * The demo's operator hook (docs/runbooks/dr-promotion.md): makes this follower go its own way, once. It
 * promotes no other region, and says so. It checks no signature: it listens on this machine alone.
 */
export function devHook(follower: Follower): Server {
  const done = new Map<string, { state: "succeeded" | "failed"; detail: string }>();
  return createServer(async (request, response) => {
    const say = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.method === "GET") {
      const found = done.get((request.url ?? "").split("/").at(-1) ?? "");
      say(found ? 200 : 404, found ?? {});
      return;
    }
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const order = Order.safeParse(parsed(Buffer.concat(chunks).toString("utf8")));
    if (request.method !== "POST" || !order.success) {
      say(400, {});
      return;
    }
    const { promotionId } = order.data;
    const before = done.get(promotionId);
    const outcome = before ?? promote(follower);
    done.set(promotionId, outcome);
    say(200, outcome);
  });
}

function promote(follower: Follower) {
  if (!follower.isFollowing) {
    const detail = "The demo's hook promotes its second region only, once.";
    return { state: "failed" as const, detail };
  }
  follower.promote();
  return { state: "succeeded" as const, detail: "The second region no longer follows the first." };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
