import type { AdmissionRequest } from "./admission-review.ts";
import { JUDGED_KINDS, type NamedImage, namedImages } from "./container-images.ts";

/** An image that an object names anew, with its digest where it has a sound one. */
export interface NewImage extends NamedImage {
  readonly digest: string | null;
}

/** What has to be looked up to answer a request: the digests, and what can't be approved anyway. */
export interface AdmissionQuestion {
  readonly images: readonly NewImage[];
  /** Images that the object had before the change; they are not judged again. */
  readonly kept: readonly NewImage[];
  /** Null: the kind is none that we judge. */
  readonly isJudged: boolean;
}

/** Whose a namespace is, as the console has it. */
export type NamespacePlace =
  | { readonly rule: "exempt"; readonly reason: string }
  | {
      readonly rule: "owned";
      readonly tenant: string;
      readonly environment: string;
      /** Null: any service of the environment. */
      readonly service: string | null;
    };

/** A digest that may run, and the repositories under which it was approved. */
export type ApprovedDigests = ReadonlyMap<string, readonly string[]>;

export type DenialCode =
  | "kind-not-judged"
  | "operation-not-judged"
  | "no-namespace"
  | "unknown-namespace"
  | "image-not-approved"
  | "not-judged";

export type Judgement =
  | { readonly isAllowed: true; readonly warnings: readonly string[]; readonly why: string }
  | {
      readonly isAllowed: false;
      readonly code: DenialCode;
      readonly message: string;
      readonly warnings: readonly string[];
      readonly images: readonly NewImage[];
    };

const MOST_NAMED = 5;
const DIGEST = /^sha256:[0-9a-f]{64}$/;

/**
 * What a request asks. On an update only images that the object did not have at that place are
 * judged: what runs already must stay deletable and labelable, and a pod made anew is judged anew.
 */
export function questionOf(request: AdmissionRequest): AdmissionQuestion {
  const named = namedImages(request.kind, request.object);
  if (!named) return { images: [], kept: [], isJudged: false };
  const before =
    request.operation === "UPDATE" ? (namedImages(request.kind, request.oldObject) ?? []) : [];
  const had = new Set(before.map(keyOf));
  const all = named.map((each) => ({ ...each, digest: digestOf(each.image) }));
  return {
    images: all.filter((each) => !had.has(keyOf(each))),
    kept: all.filter((each) => had.has(keyOf(each))),
    isJudged: true,
  };
}

function keyOf({ place, image }: NamedImage): string {
  return `${place}\n${image}`;
}

/** The digest at the end of a reference; null where there is none, or one of another kind. */
function digestOf(image: string): string | null {
  const [, digest, ...rest] = image.split("@");
  return rest.length === 0 && digest !== undefined && DIGEST.test(digest) ? digest : null;
}

/** Whether an object may be stored. Whatever is not known to be approved is refused, in words. */
export function judgeAdmission(
  request: AdmissionRequest,
  question: AdmissionQuestion,
  place: NamespacePlace | null,
  approved: ApprovedDigests,
  consoleUrl: string,
): Judgement {
  const { operation, kind, namespace } = request;
  if (operation === "DELETE") return { isAllowed: true, warnings: [], why: "deleted" };
  if (operation !== "CREATE" && operation !== "UPDATE") {
    return denied("operation-not-judged", `the operation ${operation || "(none)"} is not judged.`);
  }
  if (!question.isJudged) {
    const kinds = JUDGED_KINDS.join(", ");
    const words = `objects of kind ${kind || "(none)"} are not judged, so none is admitted.`;
    return denied("kind-not-judged", `${words} Send only ${kinds} to this webhook.`);
  }
  if (namespace === "") return denied("no-namespace", "the request names no namespace.");
  if (place?.rule === "exempt") {
    return { isAllowed: true, warnings: [], why: `exempt: ${place.reason}` };
  }
  if (question.images.length === 0) {
    return { isAllowed: true, warnings: keptWarnings(question, approved), why: "no-new-image" };
  }
  if (!place) {
    return denied(
      "unknown-namespace",
      `the console does not know whose the namespace ${namespace} is, so nothing is approved for it. A sovereign-admin assigns it to an organization and an environment at ${consoleUrl}.`,
      question.images,
    );
  }
  const where = `${place.environment} of ${place.tenant}${place.service ? `, service ${place.service}` : ""}`;
  const refused = question.images.filter(({ digest }) => digest === null || !approved.has(digest));
  if (refused.length === 0) {
    const warnings = [
      ...otherRepository(question.images, approved),
      ...keptWarnings(question, approved),
    ];
    return { isAllowed: true, warnings, why: "approved" };
  }
  const words = refused.slice(0, MOST_NAMED).map((each) => refusalOf(each, where));
  const more = refused.length - words.length;
  const last = more > 0 ? ` ${more} more are not approved either.` : "";
  return denied(
    "image-not-approved",
    `${words.join(" ")}${last} Ask for the deployment at ${consoleUrl}, and create this object after the pipeline has claimed it.`,
    refused,
  );
}

function denied(code: DenialCode, words: string, images: readonly NewImage[] = []): Judgement {
  return { isAllowed: false, code, message: `Not admitted: ${words}`, warnings: [], images };
}

function refusalOf({ place, image, digest }: NewImage, where: string): string {
  if (image === "") return `${place} names no image.`;
  if (digest === null) {
    return `${place}: the image ${image} is not named by a sha256 digest, and a tag can point to something else tomorrow; write repository@sha256:….`;
  }
  return `${place}: the image ${image} is not approved for ${where}.`;
}

function otherRepository(images: readonly NewImage[], approved: ApprovedDigests): string[] {
  return images.flatMap(({ place, image, digest }) => {
    const repository = repositoryOf(image);
    const known = (digest && approved.get(digest)) || [];
    return known.includes(repository)
      ? []
      : [`${place}: ${repository} has the approved content under another name (${known[0]}).`];
  });
}

function keptWarnings({ kept }: AdmissionQuestion, approved: ApprovedDigests): string[] {
  return kept
    .filter(({ digest }) => digest === null || !approved.has(digest))
    .map(
      ({ place, image }) => `${place}: ${image} is not approved here; a new pod would not start.`,
    );
}

function repositoryOf(image: string): string {
  const [named = ""] = image.split("@");
  const colon = named.lastIndexOf(":");
  return colon > named.lastIndexOf("/") ? named.slice(0, colon) : named;
}

/** The answer, as an API server reads it. */
export function admissionResponse(uid: string, judgement: Judgement): Record<string, unknown> {
  const warnings = judgement.warnings.slice(0, 10).map((each) => each.slice(0, 256));
  return {
    apiVersion: "admission.k8s.io/v1",
    kind: "AdmissionReview",
    response: {
      uid,
      allowed: judgement.isAllowed,
      ...(warnings.length > 0 ? { warnings } : {}),
      ...(judgement.isAllowed
        ? { auditAnnotations: { why: judgement.why.slice(0, 256) } }
        : {
            status: { code: 403, reason: "Forbidden", message: judgement.message },
            auditAnnotations: { why: judgement.code },
          }),
    },
  };
}
