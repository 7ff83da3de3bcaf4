import "server-only";
import { env } from "#server/platform/env/env.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { withLimitedBody } from "#server/platform/http/limited-body.ts";

const MAX_FORM_BYTES = 16 * 1024;

/**
 * The fields of a plain form of our own pages. One that another site sent is refused: browsers name
 * the origin of every form post, and no page can forge it.
 */
export async function ownForm(request: Request): Promise<Record<string, string>> {
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  const isOurs = origin === new URL(env().CONSOLE_URL).origin;
  if (!isOurs || (site !== null && site !== "same-origin")) {
    throw new AppError("forbidden", "This form did not come from the console's own pages.", {
      said: { key: "foreignPage" },
    });
  }
  const limited = await withLimitedBody(request, MAX_FORM_BYTES);
  return Object.fromEntries(new URLSearchParams(await limited.text()));
}
