import "server-only";

/** What every route under /api/v1 stands on: who calls, problems, and the operations it declares. */
export { apiRoute, forOthers, forServices, type RouteHandler } from "./api-route.ts";
export { openApiDocument } from "./openapi-document.ts";
export { type Answer, type AnyOperation, METHODS, type Operation, operation } from "./operation.ts";
export { PROBLEM_TYPE, problemResponse } from "./problem-response.ts";
