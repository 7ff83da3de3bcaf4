import "server-only";
import { isIP } from "node:net";
import { Agent, type Dispatcher, request } from "undici";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { guardedLookup } from "../webhook/guarded-lookup.ts";
import { ADDRESS_REFUSED } from "../webhook/transport-fault.ts";
import { retryAfterMillis } from "./retry-after.ts";
import { transportTrouble } from "./transport-trouble.ts";

export interface SinkHttpOptions {
  /** Base: paths are put behind its own. */
  readonly url: string;
  /** PEM; empty for none. */
  readonly ca?: string;
  readonly clientCertificate?: string;
  readonly clientKey?: SecretValue | null;
  isAllowedAddress(address: string): boolean;
  /** Milliseconds for one request, connecting included. */
  readonly timeoutMillis?: number;
}

export interface SinkAnswer {
  readonly status: number;
  /** The body where it was JSON and no longer than asked for; else null. */
  readonly body: unknown;
  /** What `Retry-After` asks for (RFC 9110 §10.2.3). */
  readonly retryAfterMs: number | undefined;
}

interface Call {
  readonly method: Dispatcher.HttpMethod;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

const TIMEOUT_MILLIS = 12_000;
const LONGEST_ANSWER = 8 * 1024 * 1024;

/**
 * One receiver over HTTP: follows no redirect, judges every address it dials, reads at most 8 MiB of
 * an answer. What prevents an answer is a `SinkError` that names the field.
 */
export class SinkHttp {
  readonly #agent: Agent;
  readonly #options: SinkHttpOptions;
  readonly #base: URL;

  constructor(options: SinkHttpOptions) {
    this.#options = options;
    this.#base = new URL(options.url);
    const { ca, clientCertificate, clientKey } = options;
    const timeout = options.timeoutMillis ?? TIMEOUT_MILLIS;
    this.#agent = new Agent({
      connections: 2,
      connect: {
        lookup: guardedLookup(options.isAllowedAddress),
        timeout,
        ...(ca ? { ca } : {}),
        ...(clientCertificate ? { cert: clientCertificate } : {}),
        ...(clientKey ? { key: clientKey.reveal() } : {}),
      },
      maxHeaderSize: 16_384,
    });
  }

  /** Where it goes, without path and query: those may hold a key. */
  get receiver(): string {
    return this.#base.host;
  }

  async call({ method, path, headers = {}, body, signal }: Call): Promise<SinkAnswer> {
    const limit = AbortSignal.timeout(this.#options.timeoutMillis ?? TIMEOUT_MILLIS);
    try {
      this.#refuseLiteral();
      const answer = await request(this.#addressOf(path), {
        method,
        headers: { "user-agent": "sovereign-console", accept: "application/json", ...headers },
        ...(body === undefined ? {} : { body }),
        dispatcher: this.#agent,
        signal: AbortSignal.any([signal, limit]),
      });
      return {
        status: answer.statusCode,
        body: await jsonOf(answer.body),
        retryAfterMs: retryAfterMillis(answer.headers["retry-after"]),
      };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw transportTrouble(error, this.receiver, { address: "url", trust: "ca" });
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** A literal address is dialled without a lookup, so that one cannot judge it. */
  #refuseLiteral(): void {
    const host = this.#base.hostname.replace(/^\[|\]$/g, "");
    if (isIP(host) && !this.#options.isAllowedAddress(host)) {
      throw Object.assign(new Error("address refused"), { code: ADDRESS_REFUSED });
    }
  }

  #addressOf(path: string): URL {
    const address = new URL(this.#base);
    const [ways = "", query] = path.split("?");
    if (ways) address.pathname = `${address.pathname.replace(/\/+$/, "")}${ways}`;
    if (query) address.search = query;
    return address;
  }
}

async function jsonOf(body: Dispatcher.ResponseData["body"]): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += (chunk as Buffer).length;
    if (size > LONGEST_ANSWER) {
      body.destroy();
      return null;
    }
    chunks.push(chunk as Buffer);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch {
    return null;
  }
}
