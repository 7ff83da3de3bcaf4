import "server-only";
import { readAdmissionReview } from "#server/engines/admission/admission-review.ts";
import { admissionResponse, type Judgement } from "#server/engines/admission/judge-admission.ts";
import { answerAdmission } from "#server/features/admission/index.ts";
import { env } from "#server/platform/env/env.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { clientAddress } from "#server/platform/http/client-address.ts";
import { countCall } from "#server/platform/ratelimit/rate-limit.ts";
import { logger } from "#server/platform/telemetry/logger.ts";

/** Below the time that the API server gives us (deploy/admission): what is late is refused here, in words. */
const LONGEST_MILLIS = 3_000;

/** Answers a review for a cluster. Throws AppError for what is no review, or comes from nobody known. */
export async function answerReview(
  request: Request,
  body: unknown,
  who: { cluster: string; token: string },
): Promise<Response> {
  const review = readAdmissionReview(body);
  if (typeof review === "string") {
    throw new AppError("invalid", "body: is not a review of admission.k8s.io/v1", {
      field: "body",
    });
  }
  const judgement = await judged(request, who, review);
  return Response.json(admissionResponse(review.uid, judgement), {
    headers: { "cache-control": "no-store" },
  });
}

async function judged(
  { headers }: Request,
  who: { cluster: string; token: string },
  review: Parameters<typeof answerAdmission>[1],
): Promise<Judgement> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("the answer took too long")), LONGEST_MILLIS);
  });
  try {
    return await Promise.race([answerAdmission(who, review, headers.get("traceparent")), late]);
  } catch (error) {
    if (error instanceof AppError && error.code === "unauthenticated") {
      // Guesses are counted by where they come from; a known cluster is never held up.
      await countCall("address", clientAddress(headers, env().TRUSTED_PROXIES));
      throw error;
    }
    logger.warn({ err: error }, "an admission could not be judged, and was refused");
    return {
      isAllowed: false,
      code: "not-judged",
      message:
        "Not admitted: the console cannot look up what is approved now. Nothing is wrong with the object; try again, and tell the platform's operator if it stays.",
      warnings: [],
      images: [],
    };
  } finally {
    clearTimeout(timer);
  }
}
