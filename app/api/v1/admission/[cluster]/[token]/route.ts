import { apiRoute, forOthers } from "#server/features/http-api/index.ts";
import { answerReview } from "../../answer-review.ts";
import * as operations from "../../operations.ts";

export const dynamic = "force-dynamic";

export const { DELETE, GET, OPTIONS, PATCH, POST, PUT } = apiRoute(
  forOthers(operations.reviewAdmissionByPath, ({ request, params, body }) =>
    answerReview(request, body, params),
  ),
);
