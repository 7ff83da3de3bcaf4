import "server-only";
import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { Agent, request } from "undici";
import { uuidv7 } from "uuidv7";
import { type Evaluation, requestBody } from "#server/engines/authzen/evaluation.ts";
import { type AnswerFailure, MAX_ANSWER_BYTES } from "#server/engines/authzen/read-answer.ts";
import type { Exchange, Governance } from "#server/platform/authz/governance.ts";
import { SecretValue } from "#server/platform/secret-value.ts";

export interface GovernanceOptions {
  /** Shown with its decisions. */
  name: string;
  /** The policy decision point's address: AuthZEN's paths stand below it. */
  url: string;
  auth: "jwt" | "token" | "cert";
  /** The file of a token, read for each call: whoever renews it replaces the file. */
  tokenFile?: string | undefined;
  caFile?: string | undefined;
  certificateFile?: string | undefined;
  privateKeyFile?: string | undefined;
  /** For the whole call, connecting included. */
  timeoutMillis: number;
}

/**
 * A governance engine elsewhere that speaks the OpenID AuthZEN Authorization API 1.0. `ask` never throws and sends
 * once; it follows no redirect. No answer is an answer too: it denies.
 */
export class GovernanceEngine implements Governance {
  readonly name: string;
  readonly address: string;
  readonly timeoutMillis: number;
  readonly options: GovernanceOptions;
  readonly #agent: Agent;

  constructor(options: GovernanceOptions) {
    this.name = options.name;
    this.timeoutMillis = options.timeoutMillis;
    this.options = { ...options, url: options.url.replace(/\/+$/, "") };
    this.address = this.options.url;
    const { caFile, certificateFile, privateKeyFile } = options;
    this.#agent = new Agent({
      connect: {
        timeout: options.timeoutMillis,
        ...(caFile ? { ca: readFileSync(caFile, "utf8") } : {}),
        ...(certificateFile ? { cert: readFileSync(certificateFile, "utf8") } : {}),
        ...(privateKeyFile
          ? { key: SecretValue.of(readFileSync(privateKeyFile, "utf8")).reveal() }
          : {}),
      },
    });
  }

  async ask(evaluations: readonly Evaluation[]): Promise<Exchange> {
    const { name, url, timeoutMillis } = this.options;
    const { path, body } = requestBody(evaluations);
    const sent = { engine: name, url: `${url}${path}`, body, count: evaluations.length };
    const nothing = (failure: AnswerFailure): Exchange => ({
      ...sent,
      raw: { failure, status: null, contentType: null, body: null },
    });
    const credential = await this.#credential().catch(() => "none" as const);
    if (credential === "none") return nothing("credential");
    const requestId = uuidv7();
    try {
      const response = await request(sent.url, {
        dispatcher: this.#agent,
        method: "POST",
        headers: {
          "content-type": "application/json",
          accept: "application/json",
          "x-request-id": requestId,
          "user-agent": "sovereign-console",
          ...(credential ? { authorization: `Bearer ${credential.reveal()}` } : {}),
        },
        body,
        signal: AbortSignal.timeout(timeoutMillis),
      });
      const whole = await limited(response.body);
      const echoed = response.headers["x-request-id"];
      const status = response.statusCode;
      const header = response.headers["content-type"];
      const contentType = (Array.isArray(header) ? header[0] : header) ?? null;
      // An answer to another question decides nothing; one that names none is taken by its connection.
      const isOther = echoed !== undefined && echoed !== requestId;
      const failure = whole === null ? "too-large" : isOther ? "wrong-request-id" : null;
      return { ...sent, raw: { failure, status, contentType, body: whole } };
    } catch (error) {
      return nothing(failureOf(error));
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  /** Undefined: the connection's certificate is the credential. */
  async #credential(): Promise<SecretValue | undefined> {
    const { auth, tokenFile } = this.options;
    if (auth === "cert") return undefined;
    const text = (await readFile(tokenFile ?? "", "utf8")).trim();
    if (!/^[\x21-\x7e]+$/.test(text)) throw new Error("the token file holds no token");
    if (auth === "jwt") refuseExpired(text);
    return SecretValue.of(text);
  }
}

/** A token that its issuer has let run out is not sent. */
function refuseExpired(token: string): void {
  const [, payload = ""] = token.split(".");
  const { exp } = JSON.parse(Buffer.from(payload, "base64url").toString("utf8")) as {
    exp?: unknown;
  };
  if (typeof exp !== "number" || exp * 1_000 <= Date.now())
    throw new Error("the token has expired");
}

async function limited(body: AsyncIterable<Buffer>): Promise<Uint8Array | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function failureOf(error: unknown): AnswerFailure {
  const {
    name = "",
    code = "",
    cause,
  } = error as { name?: string; code?: string; cause?: unknown };
  if (name === "TimeoutError" || /TIMEOUT/.test(code)) return "timeout";
  if (/CERT|TLS|SSL|SELF_SIGNED|ALTNAME/.test(code)) return "tls";
  return cause ? failureOf(cause) : "unreachable";
}
