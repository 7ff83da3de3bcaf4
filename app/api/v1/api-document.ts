import "server-only";
import { openApiDocument } from "#server/features/http-api/index.ts";
import { env } from "#server/platform/env/env.ts";
import { OPERATIONS } from "./operations.ts";

let made: ReturnType<typeof openApiDocument> | undefined;

/** The OpenAPI document of this installation, made once. */
export function apiDocument(): ReturnType<typeof openApiDocument> {
  made ??= openApiDocument(OPERATIONS, new URL(env().CONSOLE_URL).origin);
  return made;
}
