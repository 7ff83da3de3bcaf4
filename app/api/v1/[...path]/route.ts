import { problemResponse } from "#server/features/http-api/index.ts";
import { notFound } from "#server/platform/errors/app-error.ts";

export const dynamic = "force-dynamic";

/** What is no route of the API answers as a problem too. */
async function noSuchRoute(request: Request): Promise<Response> {
  return problemResponse(notFound("route"), request);
}

export {
  noSuchRoute as DELETE,
  noSuchRoute as GET,
  noSuchRoute as OPTIONS,
  noSuchRoute as PATCH,
  noSuchRoute as POST,
  noSuchRoute as PUT,
};
