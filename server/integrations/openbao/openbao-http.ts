import { Agent, type Dispatcher, request } from "undici";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { classifyAnswer, classifyTransport } from "./classify.ts";
import { OpenBaoError, oddAnswer } from "./openbao-error.ts";
import type { TokenSource } from "./token-source.ts";

export interface OpenBaoOptions {
  /** e.g. `https://openbao.internal:8200`. */
  address: string;
  /** Absent before a login. A function is asked before each attempt, so that a token can be renewed. */
  token?: SecretValue | (() => Promise<SecretValue>) | TokenSource;
  namespace?: string;
  /** PEM: an authority besides the system's, and our own certificate where OpenBao asks for one. */
  tls?: { ca?: string; certificate?: string; privateKey?: SecretValue };
  /** For one attempt, connecting included. */
  timeoutMillis?: number;
  /** Attempts of a call that is safe to repeat. */
  maxAttempts?: number;
}

export interface Call {
  operation: string;
  method: Dispatcher.HttpMethod;
  path: string;
  body?: unknown;
  /** Whether doing it twice is the same as doing it once. */
  isRepeatable: boolean;
  /** Statuses besides 2xx whose body is an answer. */
  expect?: number[];
}

export interface Answer {
  status: number;
  body: Record<string, unknown>;
}

const BASE_DELAY_MILLIS = 50;

/**
 * One OpenBao over HTTP. A call that isn't safe to repeat is repeated only when it never left;
 * waiting grows with full jitter. No body ever reaches an error.
 */
export class OpenBaoHttp {
  readonly #options: OpenBaoOptions & Required<Pick<OpenBaoOptions, "timeoutMillis">>;
  readonly #maxAttempts: number;
  readonly #agent: Agent;

  constructor(options: OpenBaoOptions) {
    this.#options = { timeoutMillis: 5_000, ...options };
    this.#maxAttempts = options.maxAttempts ?? 4;
    const { ca, certificate, privateKey } = options.tls ?? {};
    this.#agent = new Agent({
      connect: {
        timeout: this.#options.timeoutMillis,
        ...(ca ? { ca } : {}),
        ...(certificate ? { cert: certificate } : {}),
        ...(privateKey ? { key: privateKey.reveal() } : {}),
      },
    });
  }

  async call(call: Call): Promise<Answer> {
    let isLoggedInAnew = false;
    for (let attempt = 1; ; attempt += 1) {
      const token = await this.#token();
      try {
        return await this.#once(call, token);
      } catch (error) {
        // A refusal changed nothing: one more try with another token, if there is one.
        if (!isLoggedInAnew && token && this.#mayLogInAnew(error, token)) {
          isLoggedInAnew = true;
          continue;
        }
        const isLast = attempt >= this.#maxAttempts;
        if (isLast || !(error instanceof OpenBaoError) || !mayRepeat(call, error)) throw error;
        await delay(Math.random() * BASE_DELAY_MILLIS * 2 ** attempt);
      }
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #token(): Promise<SecretValue> | SecretValue | undefined {
    const { token } = this.#options;
    return typeof token === "function" ? token() : token;
  }

  #mayLogInAnew(error: unknown, token: SecretValue): boolean {
    if (!(error instanceof OpenBaoError) || error.failure !== "permission_denied") return false;
    const source = this.#options.token;
    return typeof source === "function" && "refused" in source && source.refused(token);
  }

  async #once(
    { operation, method, path, body, expect = [] }: Call,
    token: SecretValue | undefined,
  ): Promise<Answer> {
    const { address, namespace, timeoutMillis } = this.#options;
    let status: number;
    let text: string;
    try {
      const response = await request(new URL(`/v1/${path}`, address), {
        dispatcher: this.#agent,
        method,
        headers: {
          ...(token ? { "x-vault-token": token.reveal() } : {}),
          "x-vault-request": "true",
          ...(namespace ? { "x-vault-namespace": namespace } : {}),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(timeoutMillis),
      });
      status = response.statusCode;
      text = await response.body.text();
    } catch (error) {
      throw classifyTransport(operation, error);
    }
    const parsed = parse(text);
    if ((status >= 200 && status < 300) || expect.includes(status)) {
      if (parsed === null) throw oddAnswer(operation, "malformed", status);
      return { status, body: parsed };
    }
    throw classifyAnswer(operation, status, errorsOf(parsed));
  }
}

/** `{}` for an empty body, null for one that isn't a JSON object (a proxy's page, a cut answer). */
function parse(text: string): Record<string, unknown> | null {
  if (text === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

function errorsOf(body: Record<string, unknown> | null): string[] {
  const errors = body?.errors;
  return Array.isArray(errors) ? errors.filter((each) => typeof each === "string") : [];
}

function mayRepeat(call: Call, error: OpenBaoError): boolean {
  if (error.failure === "unreachable" || error.failure === "rate_limited") return true;
  return call.isRepeatable && error.failure === "outcome_unknown";
}

function delay(millis: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, millis));
}
