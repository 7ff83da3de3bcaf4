import "server-only";
import { isIP } from "node:net";
import { Agent, request } from "undici";
import { guardedLookup } from "./guarded-lookup.ts";
import { type PostFault, transportFault } from "./transport-fault.ts";

export interface WebhookPost {
  url: string;
  headers: Record<string, string>;
  body: string;
  timeoutMillis: number;
  /** Asked about every address that the name stands for, at the moment of connecting. */
  isAllowedAddress(address: string): boolean;
}

export type PostResult =
  | { kind: "answered"; status: number }
  | { kind: "failed"; fault: PostFault };

/**
 * Posts once. Follows no redirect and reads no word of the answer but its status; the address is
 * judged after the name was resolved, so that a name cannot lead inside (DNS rebinding). Never throws.
 */
export async function postWebhook(post: WebhookPost): Promise<PostResult> {
  const host = new URL(post.url).hostname.replace(/^\[|\]$/g, "");
  if (isIP(host) && !post.isAllowedAddress(host)) return failed("address-refused");
  const agent = new Agent({
    connect: { lookup: guardedLookup(post.isAllowedAddress), timeout: post.timeoutMillis },
    maxHeaderSize: 16_384,
  });
  try {
    const answer = await request(post.url, {
      method: "POST",
      headers: { ...post.headers, "user-agent": "sovereign-console" },
      body: post.body,
      dispatcher: agent,
      signal: AbortSignal.timeout(post.timeoutMillis),
    });
    answer.body.on("error", () => undefined).destroy();
    return { kind: "answered", status: answer.statusCode };
  } catch (error) {
    return failed(transportFault(error));
  } finally {
    await agent.destroy();
  }
}

function failed(fault: PostFault): PostResult {
  return { kind: "failed", fault };
}
