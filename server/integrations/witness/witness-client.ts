import "server-only";
import { request } from "undici";
import { parseUint64 } from "#server/engines/merkle/bytes.ts";

/** What a witness said to a head (C2SP tlog-witness). */
export type WitnessAnswer =
  | { kind: "cosigned"; lines: string }
  /** It cosigned another size last. */
  | { kind: "conflict"; size: bigint }
  /** It will never cosign this: the log is unknown to it, not signed, or did not only grow. */
  | { kind: "refused"; status: number }
  | { kind: "unreachable" };

const TIMEOUT_MILLIS = 10_000;
const LARGEST_ANSWER = 16 * 1024;

/** Sends `add-checkpoint`. Asking again does no harm: the same head is cosigned anew. Never throws. */
export async function addCheckpoint(url: string, body: string): Promise<WitnessAnswer> {
  try {
    const { statusCode, body: answer } = await request(
      `${url.replace(/\/+$/, "")}/add-checkpoint`,
      {
        method: "POST",
        body,
        headers: { "content-type": "text/plain; charset=utf-8" },
        headersTimeout: TIMEOUT_MILLIS,
        bodyTimeout: TIMEOUT_MILLIS,
      },
    );
    const chunks: Buffer[] = [];
    let length = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      length += chunk.length;
      if (length > LARGEST_ANSWER) return { kind: "unreachable" };
      chunks.push(chunk);
    }
    const text = Buffer.concat(chunks).toString("utf8");
    if (statusCode === 200) return { kind: "cosigned", lines: text };
    if (statusCode === 409) return { kind: "conflict", size: parseUint64(text.trimEnd()) };
    const isRefusal = statusCode >= 400 && statusCode < 500 && statusCode !== 429;
    return isRefusal ? { kind: "refused", status: statusCode } : { kind: "unreachable" };
  } catch {
    return { kind: "unreachable" };
  }
}
