import "server-only";
import { type LookupAddress, lookup } from "node:dns";
import { isIP, type LookupFunction } from "node:net";
import { Agent, request } from "undici";

export interface WebhookPost {
  url: string;
  headers: Record<string, string>;
  body: string;
  timeoutMillis: number;
  /** Asked about every address that the name stands for, at the moment of connecting. */
  isAllowedAddress(address: string): boolean;
}

export type PostFault =
  | "address-refused"
  | "name-not-found"
  | "connection-refused"
  | "connection-lost"
  | "tls"
  | "timeout"
  | "other";

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
    return failed(faultOf(error));
  } finally {
    await agent.destroy();
  }
}

function failed(fault: PostFault): PostResult {
  return { kind: "failed", fault };
}

const REFUSED = "ERR_ADDRESS_REFUSED";

/** One refused address refuses the name: which one is tried first is not for us to hope. */
function guardedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const refusal = error ?? refusalOf(addresses, isAllowed);
      const [first] = addresses ?? [];
      if (refusal || !first) callback(refusal ?? new Error("no address"), "", 0);
      else if (options.all) callback(null, addresses);
      else callback(null, first.address, first.family);
    });
  };
}

function refusalOf(
  addresses: readonly LookupAddress[],
  isAllowed: (address: string) => boolean,
): Error | null {
  if (addresses.every(({ address }) => isAllowed(address))) return null;
  return Object.assign(new Error("address refused"), { code: REFUSED });
}

const FAULTS: Record<string, PostFault> = {
  [REFUSED]: "address-refused",
  ENOTFOUND: "name-not-found",
  EAI_AGAIN: "name-not-found",
  ECONNREFUSED: "connection-refused",
  ECONNRESET: "connection-lost",
  EPIPE: "connection-lost",
  UND_ERR_SOCKET: "connection-lost",
  ETIMEDOUT: "timeout",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
};

function faultOf(error: unknown): PostFault {
  const { name, code, cause, errors } = error as {
    name?: string;
    code?: unknown;
    cause?: unknown;
    errors?: unknown[];
  };
  if (name === "TimeoutError") return "timeout";
  if (typeof code === "string") {
    const known = FAULTS[code];
    if (known) return known;
    if (/^(ERR_TLS|ERR_SSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO)/.test(code)) return "tls";
    if (code === "EPROTO") return "tls";
  }
  const inner = cause ?? errors?.[0];
  return inner ? faultOf(inner) : "other";
}
