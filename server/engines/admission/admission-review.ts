import { record } from "../kubernetes/manifest-fields.ts";

/** What an API server asks, as `admission.k8s.io/v1` says it; only what a judgement needs. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: string;
  readonly kind: string;
  readonly subResource: string;
  /** Empty for what stands in no namespace. */
  readonly namespace: string;
  readonly name: string;
  readonly isDryRun: boolean;
  readonly username: string;
  readonly object: unknown;
  readonly oldObject: unknown;
}

export type ReviewProblem = "not-a-review" | "other-version" | "no-request";

const UID = /^[\x21-\x7e]{1,128}$/;

/**
 * Reads an AdmissionReview (https://kubernetes.io/docs/reference/config-api/apiserver-admission.v1/).
 * Without a uid there is nothing to answer to: a problem.
 */
export function readAdmissionReview(body: unknown): AdmissionRequest | ReviewProblem {
  const review = record(body);
  if (review.kind !== "AdmissionReview") return "not-a-review";
  if (review.apiVersion !== "admission.k8s.io/v1") return "other-version";
  const request = record(review.request);
  const uid = text(request.uid);
  if (!UID.test(uid)) return "no-request";
  const object = request.object ?? null;
  return {
    uid,
    operation: text(request.operation),
    kind: text(record(request.kind).kind),
    subResource: text(request.subResource),
    namespace: text(request.namespace),
    name: text(request.name) || nameOf(object),
    isDryRun: request.dryRun === true,
    username: text(record(request.userInfo).username),
    object,
    oldObject: request.oldObject ?? null,
  };
}

/** A pod that a controller makes has no name yet when it is judged. */
function nameOf(object: unknown): string {
  const { name, generateName } = record(record(object).metadata);
  return text(name) || text(generateName);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
