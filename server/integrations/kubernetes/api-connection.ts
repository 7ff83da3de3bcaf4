import { HttpMethod, type KubeConfig, RequestContext } from "@kubernetes/client-node";
import { type Dispatcher, fetch } from "undici";
import { conflictManagers } from "./conflict-managers.ts";
import { type ClusterAccess, failureOf, KubernetesError, kubeConfig } from "./kubernetes-call.ts";
import { readLines } from "./read-lines.ts";

export interface ApiRequest {
  /** What is done, for errors: `pods list`. */
  operation: string;
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  path: string;
  query?: Record<string, string | undefined>;
  accept?: string;
  body?: unknown;
  contentType?: string;
  timeoutMillis?: number;
  signal?: AbortSignal;
  /** Of a conflict about fields, the error names who owns them. */
  namesManagers?: boolean;
}

export interface WatchRequest extends Omit<ApiRequest, "method" | "body" | "timeoutMillis"> {
  /** Silence after which the connection counts as lost; bookmarks come about once a minute. */
  idleMillis: number;
  onOpen(): void;
  /** One event; what it throws ends the watch. */
  onEvent(event: { type: string; object: Record<string, unknown> }): void;
}

const TIMEOUT_MILLIS = 30_000;
/** Client certificates may be renewed on disk: connections are made anew after this. */
const DISPATCHER_MILLIS = 300_000;

/**
 * The API of one cluster, with the credentials of a kubeconfig or of our own pod. The client's own list
 * and watch can't ask for metadata alone, and its watch ends after 30 silent seconds; its configuration
 * and logins are used, the requests are ours. Throws KubernetesError, which holds nothing of what the
 * cluster or the kubeconfig wrote.
 */
export class ApiConnection {
  readonly #config: KubeConfig;
  readonly #server: string;
  #dispatcher: { used: Dispatcher; until: number } | null = null;

  constructor(access: ClusterAccess) {
    this.#config = kubeConfig(access);
    const server = this.#config.getCurrentCluster()?.server;
    if (!server || !URL.canParse(server)) {
      throw new KubernetesError("configuration", "kubeconfig");
    }
    this.#server = server.replace(/\/+$/, "");
  }

  /** The answer as JSON; null where it has none. */
  async request(asked: ApiRequest): Promise<unknown> {
    const { operation, timeoutMillis = TIMEOUT_MILLIS, signal } = asked;
    const late = AbortSignal.timeout(timeoutMillis);
    const response = await this.#fetch(asked, signal ? AbortSignal.any([signal, late]) : late);
    try {
      return await response.json();
    } catch {
      throw new KubernetesError("unreachable", operation);
    }
  }

  /** Follows what happens until the server ends it; throws when the connection is lost. */
  async watch({ onOpen, onEvent, idleMillis, ...asked }: WatchRequest): Promise<void> {
    const idle = new AbortController();
    const timer = setTimeout(() => idle.abort(), idleMillis);
    const signals = asked.signal ? [asked.signal, idle.signal] : [idle.signal];
    try {
      const response = await this.#fetch(
        { ...asked, query: { ...asked.query, watch: "true" } },
        AbortSignal.any(signals),
      );
      onOpen();
      if (!response.body) return;
      for await (const line of readLines(response.body, () => timer.refresh())) {
        onEvent(eventOf(line, asked.operation));
      }
    } catch (error) {
      if (error instanceof KubernetesError) throw error;
      throw new KubernetesError("unreachable", asked.operation);
    } finally {
      clearTimeout(timer);
      idle.abort();
    }
  }

  async close(): Promise<void> {
    const open = this.#dispatcher?.used;
    this.#dispatcher = null;
    await open?.destroy().catch(() => undefined);
  }

  async #fetch(asked: ApiRequest, signal: AbortSignal) {
    const { operation, method = "GET", path, query = {}, body, contentType } = asked;
    const url = new URL(this.#server + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const login = await this.#login(url, operation);
    let response: Awaited<ReturnType<typeof fetch>>;
    try {
      response = await fetch(url, {
        method,
        headers: {
          ...login.headers,
          accept: asked.accept ?? "application/json",
          "user-agent": "sovereign-console",
          ...(body === undefined ? {} : { "content-type": contentType ?? "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        ...(login.dispatcher ? { dispatcher: login.dispatcher } : {}),
        redirect: "error",
        signal,
      });
    } catch (error) {
      throw new KubernetesError(unansweredBy(error), operation);
    }
    if (response.ok) return response;
    const { status } = response;
    if (status === 409 && asked.namesManagers) {
      const managers = conflictManagers(await response.json().catch(() => null));
      throw new KubernetesError("conflict", operation, status, managers);
    }
    await response.body?.cancel().catch(() => undefined);
    throw new KubernetesError(failureOf(status), operation, status);
  }

  /** Headers of who we are (read anew each time: tokens are renewed on disk) and the connections. */
  async #login(url: URL, operation: string) {
    const context = new RequestContext(url.toString(), HttpMethod.GET);
    try {
      await this.#config.applySecurityAuthentication(context);
    } catch {
      throw new KubernetesError("credentials_refused", operation);
    }
    const made = context.getDispatcher() as Dispatcher | undefined;
    if (made && (!this.#dispatcher || this.#dispatcher.until < Date.now())) {
      // What runs over the old connections may end there.
      this.#dispatcher?.used.close().catch(() => undefined);
      this.#dispatcher = { used: made, until: Date.now() + DISPATCHER_MILLIS };
    }
    return { headers: context.getHeaders(), dispatcher: this.#dispatcher?.used };
  }
}

const UNTRUSTED = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS_)/;

function unansweredBy(error: unknown): "unreachable" | "untrusted" {
  const cause = (error as { cause?: { code?: unknown } }).cause;
  return UNTRUSTED.test(String(cause?.code ?? "")) ? "untrusted" : "unreachable";
}

function eventOf(line: string, operation: string) {
  try {
    const { type, object } = JSON.parse(line) as { type: string; object: Record<string, unknown> };
    if (typeof type === "string" && typeof object === "object" && object) return { type, object };
  } catch {
    // Told below, without the text.
  }
  throw new KubernetesError("unreachable", operation);
}
