import type { AnyOperation } from "#server/features/http-api/index.ts";
import * as admission from "./admission/operations.ts";
import * as audit from "./audit/operations.ts";
import * as bindings from "./bindings/operations.ts";
import * as compliance from "./compliance/operations.ts";
import * as consumers from "./consumers/operations.ts";
import * as deployments from "./deployments/operations.ts";
import * as drift from "./drift/operations.ts";
import * as events from "./events/operations.ts";
import * as evidence from "./evidence/operations.ts";
import * as log from "./log/operations.ts";
import * as description from "./openapi.json/operations.ts";
import * as rotations from "./rotations/operations.ts";

/**
 * Every operation under /api/v1, in the order of the OpenAPI document. A new route declares its own in
 * an `operations.ts` beside it and adds that file here; test/api fails otherwise.
 */
export const OPERATIONS: readonly AnyOperation[] = [
  deployments,
  admission,
  bindings,
  consumers,
  rotations,
  drift,
  compliance,
  events,
  audit,
  evidence,
  log,
  description,
].flatMap((file) =>
  (Object.values(file) as AnyOperation[]).sort((one, other) => (one.path < other.path ? -1 : 1)),
);
