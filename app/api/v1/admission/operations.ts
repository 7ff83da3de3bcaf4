import { z } from "zod";
import { operation } from "#server/features/http-api/index.ts";

const TAG = "Admission";
const Cluster = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/);

/** An object and its predecessor, each as large as an API server stores one. */
const MOST_BYTES = 6 * 1024 * 1024;

const answers = {
  200: {
    description: "The same AdmissionReview with its response: also when the object is refused",
    content: {
      type: "application/json",
      schema: z.looseObject({
        apiVersion: z.literal("admission.k8s.io/v1"),
        kind: z.literal("AdmissionReview"),
        response: z.looseObject({ uid: z.string(), allowed: z.boolean() }),
      }),
    },
  },
};

const body = {
  types: ["application/json"],
  read: "json" as const,
  maxBytes: MOST_BYTES,
  schema: z.looseObject({
    apiVersion: z.literal("admission.k8s.io/v1", {
      error: "is of another version than admission.k8s.io/v1",
    }),
    kind: z.literal("AdmissionReview", { error: "is not AdmissionReview" }),
    request: z.looseObject({ uid: z.string().min(1, "must not be empty").max(128) }),
  }),
  example: {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    request: { uid: "705ab4f5-6393-11e8-b7cc-42010a800002", operation: "CREATE" },
  },
};

const DESCRIPTION =
  "The webhook of a ValidatingWebhookConfiguration (docs/admission.md): every image that the object names anew must be approved, by its digest, for the organization and environment of its namespace. Whatever can't be judged is refused.";

export const reviewAdmission = operation({
  id: "admission.review",
  method: "POST",
  path: "/api/v1/admission/{cluster}",
  tag: TAG,
  summary: "Ask whether an object's images may run",
  description: `${DESCRIPTION} The cluster's token comes as Authorization: Bearer.`,
  access: { by: "cluster" },
  params: { schema: z.object({ cluster: Cluster }), absent: "cluster" },
  body,
  answers,
  problems: ["unauthenticated", "rate_limited"],
});

export const reviewAdmissionByPath = operation({
  ...reviewAdmission,
  id: "admission.reviewByPath",
  access: { by: "anyone" },
  path: "/api/v1/admission/{cluster}/{token}",
  summary: "Ask whether an object's images may run, the token in the path",
  description: `${DESCRIPTION} For clusters whose API server can't be given a kubeconfig for its webhooks.`,
  params: {
    schema: z.object({ cluster: Cluster, token: z.string().min(32).max(512) }),
    absent: "cluster",
  },
});
