import { apiRoute, forOthers } from "#server/features/http-api/index.ts";
import { AppError } from "#server/platform/errors/app-error.ts";
import { answerReview } from "../answer-review.ts";
import * as operations from "../operations.ts";

export const dynamic = "force-dynamic";

const BEARER = /^Bearer ([\x21-\x7e]{32,512})$/i;

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forOthers(operations.reviewAdmission, ({ request, params, body }) => {
    const token = BEARER.exec(request.headers.get("authorization") ?? "")?.[1];
    if (!token) {
      throw new AppError("unauthenticated", "The cluster's token is missing.", {
        remedy: "Send it as Authorization: Bearer, or as the last part of the path.",
      });
    }
    return answerReview(request, body, { cluster: params.cluster, token });
  }),
);
