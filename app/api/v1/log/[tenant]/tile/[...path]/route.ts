import { logResponse } from "../../../log-response.ts";

export const dynamic = "force-dynamic";

interface Context {
  params: Promise<{ tenant: string; path: string[] }>;
}

/** For the reader's own cache only: the next person behind a shared one may not see this tenant. */
const IMMUTABLE = "private, max-age=31536000, immutable";

/** A tile or entry bundle of the tenant's log (C2SP tlog-tiles). A full one never changes. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const { tenant, path } = await params;
  return logResponse(request, tenant, async (log) => {
    const tile = await log.tile({ path: ["tile", ...path].join("/") });
    return new Response(Buffer.from(tile), {
      headers: {
        "content-type": "application/octet-stream",
        "cache-control": path.some((part) => part.endsWith(".p")) ? "no-store" : IMMUTABLE,
        vary: "Cookie",
      },
    });
  });
}
