import "server-only";
import type { z } from "zod";
import { AppError } from "#server/platform/errors/app-error.ts";
import { withLimitedBody } from "#server/platform/http/limited-body.ts";
import { parseInput } from "#server/platform/verb.ts";
import type { Body } from "./operation.ts";

/**
 * The body of a call, parsed. Throws `unsupported_media_type`, `too_large`, or `invalid` naming the
 * field at fault.
 */
export async function callBody<Schema extends z.ZodType>(
  request: Request,
  body: Body<Schema>,
  query: unknown,
): Promise<z.output<Schema>> {
  refuseOtherTypes(request, body.types);
  const { maxBytes } = body;
  const limit = typeof maxBytes === "function" ? maxBytes(query) : maxBytes;
  const limited = await withLimitedBody(request, limit);
  const bytes = await limited.arrayBuffer();
  if (body.read === "bytes") return parseInput(body.schema, new Uint8Array(bytes));
  const text = textOf(bytes);
  return parseInput(body.schema, body.read === "json" ? jsonOf(text) : text);
}

function refuseOtherTypes(request: Request, types: readonly string[]): void {
  const given = request.headers.get("content-type")?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  const isAmong = types.some((type) =>
    type === "application/*+json"
      ? /^application\/[^/+\s]+\+json$/.test(given)
      : type === given || type === "*/*",
  );
  if (isAmong) return;
  throw new AppError(
    "unsupported_media_type",
    given ? `This route does not read ${given.slice(0, 100)}.` : "The body's type is not said.",
    { field: "content-type", remedy: `Send ${types.join(" or ")}.` },
  );
}

/** The bytes as text, all of them: the digest of the text is the digest of what was sent. */
function textOf(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new AppError("invalid", "body: is not text in UTF-8", {
      field: "body",
      remedy: "Send text in UTF-8.",
    });
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new AppError("invalid", "body: is not JSON", {
      field: "body",
      remedy: "Send application/json.",
    });
  }
}
