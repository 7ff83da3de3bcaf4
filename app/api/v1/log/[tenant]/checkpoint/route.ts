import { logResponse } from "../../log-response.ts";

export const dynamic = "force-dynamic";

interface Context {
  params: Promise<{ tenant: string }>;
}

/** The newest signed head of the tenant's log (C2SP tlog-tiles, `<prefix>/checkpoint`). */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  return logResponse(request, (await params).tenant, async (log) => {
    return new Response(await log.checkpoint(), {
      headers: { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" },
    });
  });
}
