import { handleAuth } from "#server/features/identity/index.ts";

export const dynamic = "force-dynamic";

async function handle(
  request: Request,
  context: { params: Promise<{ nextauth: string[] }> },
): Promise<Response> {
  return handleAuth(request, (await context.params).nextauth);
}

export { handle as GET, handle as POST };
