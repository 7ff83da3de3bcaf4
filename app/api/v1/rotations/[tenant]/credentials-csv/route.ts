import { bindingsQueryOf, ROTATION_PARAMS } from "#components/rotations/rotation-url.ts";
import { exportResponse } from "../../export-response.ts";

export const dynamic = "force-dynamic";

interface Context {
  params: Promise<{ tenant: string }>;
}

/** The credentials of the dashboard's table as CSV: exactly what the same parameters show there, in its order. */
export async function GET(request: Request, { params }: Context): Promise<Response> {
  const given = new URL(request.url).searchParams;
  const asked = Object.fromEntries(
    [...ROTATION_PARAMS, "sort"].map((name) => [name, given.get(name) ?? undefined]),
  );
  return exportResponse(request, (await params).tenant, bindingsQueryOf(asked));
}
