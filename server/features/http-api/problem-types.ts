import type { AppErrorCode } from "#server/platform/errors/app-error.ts";

export type ProblemCode = AppErrorCode | "internal";

/** What each type of problem means to a caller, for the document of the API. */
export const PROBLEM_MEANINGS: Record<ProblemCode, string> = {
  unauthenticated:
    "The token, or the proof that it is yours, is missing or does not hold. `reason` says why; with `use_dpop_nonce` send the proof again with the nonce of the header DPoP-Nonce.",
  forbidden: "You may not do this: the client lacks the scope, or a policy forbids it.",
  elevation_required: "This needs an elevation that is in force.",
  step_up_required: "This needs a fresh second factor. Service callers never have one.",
  not_found: "It does not exist, or is not in the tenant of the token: both answer alike.",
  conflict:
    "It does not fit the state of things. `blockers` names everything that stands in the way.",
  stale: "It has changed since it was read. Read it again.",
  invalid: "The request is wrong. `field` names the field, `remedy` what to do.",
  too_large: "The body is longer than the route takes.",
  unsupported_media_type: "The route does not read this type of body.",
  method_not_allowed: "The route has no such method; the header Allow names those it has.",
  rate_limited: "Too many calls. Wait as Retry-After says.",
  unavailable: "A part of the platform does not answer. Nothing was changed. Try again.",
  internal: "The console could not finish this. Name `traceId` to the operator.",
};
