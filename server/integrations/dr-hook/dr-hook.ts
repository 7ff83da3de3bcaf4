import "server-only";
import { request } from "undici";
import { z } from "zod";
import { signedHeaders } from "#server/integrations/webhook/sign-webhook.ts";

/** What is asked of the operator's program: make this region the primary. */
export interface HookRequest {
  /** The promotion's id: the idempotency key, and the last part of the status address. */
  promotionId: string;
  kind: "planned-switchover" | "disaster";
  from: string;
  target: string;
}

/**
 * - `running`: taken up, not ended. Ask again.
 * - `absent`: it has never heard of this promotion, so nothing was done.
 * - `never-sent`: the request never left, so nothing was done.
 * - `unknown`: it left, and no answer to build on came back. Ask before going on.
 */
export type HookAnswer = {
  answer: "succeeded" | "failed" | "running" | "absent" | "never-sent" | "unknown";
  detail: string;
};

export interface DrHookOptions {
  url: string;
  /** The installation's Ed25519 seed for webhooks: the operator checks its signature. */
  seed: Uint8Array;
  timeoutMillis?: number;
}

const Said = z.object({
  state: z.enum(["succeeded", "failed", "running"]),
  detail: z.string().max(500).default(""),
});

const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const MAX_ANSWER_BYTES = 16_384;

/** The operator's hook (docs/runbooks/dr-promotion.md). Never throws; each method sends exactly once. */
export class DrHook {
  readonly #url: string;
  readonly #seed: Uint8Array;
  readonly #timeoutMillis: number;

  constructor({ url, seed, timeoutMillis = 30_000 }: DrHookOptions) {
    this.#url = url.replace(/\/$/, "");
    this.#seed = seed;
    this.#timeoutMillis = timeoutMillis;
  }

  /** Asks that the region be promoted. A hook must treat the same idempotency key as the same promotion. */
  async promote(promotion: HookRequest): Promise<HookAnswer> {
    const body = JSON.stringify({ type: "runtime.regions.promote", ...promotion });
    const said = await this.#send("POST", this.#url, promotion.promotionId, body);
    if ("answer" in said) return said;
    // It answered, and refused: nothing was done. 408, 409, 425 and 429 say nothing of the kind.
    const isRefusal =
      said.status >= 400 && said.status < 500 && ![408, 409, 425, 429].includes(said.status);
    if (isRefusal)
      return { answer: "failed", detail: `The hook refused with HTTP ${said.status}.` };
    return this.#read(said);
  }

  /** Asks what came of a promotion. Changes nothing. */
  async status(promotionId: string): Promise<HookAnswer> {
    const said = await this.#send("GET", `${this.#url}/${promotionId}`, promotionId, "");
    // Out of reach says nothing about a call that was made before.
    if ("answer" in said) return { ...said, answer: "unknown" };
    if (said.status === 404)
      return { answer: "absent", detail: "The hook does not know this promotion." };
    return this.#read(said);
  }

  #read({ status, text }: { status: number; text: string }): HookAnswer {
    if (status === 202 && text === "") return { answer: "running", detail: "" };
    const parsed = status >= 200 && status < 300 ? Said.safeParse(parseJson(text)) : null;
    if (parsed?.success) return { answer: parsed.data.state, detail: parsed.data.detail };
    return {
      answer: "unknown",
      detail: `The hook answered HTTP ${status}, which says nothing of the outcome.`,
    };
  }

  async #send(
    method: "GET" | "POST",
    url: string,
    promotionId: string,
    body: string,
  ): Promise<HookAnswer | { status: number; text: string }> {
    try {
      const response = await request(url, {
        method,
        headers: {
          ...signedHeaders(this.#seed, { id: promotionId, at: new Date(), body }),
          "idempotency-key": promotionId,
          "user-agent": "sovereign-console",
          ...(body ? { "content-type": "application/json" } : {}),
        },
        ...(body ? { body } : {}),
        signal: AbortSignal.timeout(this.#timeoutMillis),
      });
      return { status: response.statusCode, text: await limitedText(response.body) };
    } catch (error) {
      const code = codeOf(error);
      if (NEVER_SENT.has(code))
        return { answer: "never-sent", detail: `The hook was not reached (${code}).` };
      return { answer: "unknown", detail: `No whole answer came back${code ? ` (${code})` : ""}.` };
    }
  }
}

async function limitedText(body: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) throw new Error("the answer is too long");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function codeOf(error: unknown): string {
  const { code, cause, errors } = error as { code?: unknown; cause?: unknown; errors?: unknown[] };
  if (typeof code === "string") return code;
  const inner = cause ?? errors?.[0];
  return inner ? codeOf(inner) : "";
}
