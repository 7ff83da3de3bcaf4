import { backChannelLogout } from "#server/features/identity/index.ts";

/** Called by the identity provider, with no cookie: the signed token is its credential. */
export async function POST(
  request: Request,
  context: { params: Promise<{ realm: string }> },
): Promise<Response> {
  return backChannelLogout(request, (await context.params).realm);
}
