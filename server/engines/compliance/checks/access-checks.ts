import type { Judgement } from "../check.ts";
import type { ComplianceFacts } from "../facts.ts";
import { doubtOf, failing, met, minutesBetween, noneBad } from "./judgement.ts";

const DAY_MINUTES = 24 * 60;
const TOKEN_SETTING = { kind: "setting", id: "API_SENDER_CONSTRAINT", at: null } as const;

export const accessChecks = {
  "elevation-time-boxed": ({ access }: ComplianceFacts): Judgement => noneBad(access.tooLong),
  "elevation-step-up": ({ access }: ComplianceFacts): Judgement => noneBad(access.withoutFactor),
  "elevation-withdrawn": ({ access }: ComplianceFacts): Judgement => noneBad(access.lingering),
  "break-glass-reviewed": ({ access }: ComplianceFacts): Judgement => noneBad(access.unreviewed),
  "access-reviews-on-time": ({ access, now }: ComplianceFacts): Judgement => {
    const { reviewPolicy: policy, lateReviews, lastReview } = access;
    if (!policy?.isEnabled) return failing("no-review-policy");
    if (lateReviews.bad > 0) {
      const since = lateReviews.badRefs[0]?.at ?? now;
      const days = Math.floor(minutesBetween(since, now) / DAY_MINUTES);
      return failing("review-overdue", { days }, lateReviews.badRefs);
    }
    const late = minutesBetween(policy.nextStartAt, now);
    if (late > DAY_MINUTES) {
      return failing("review-overdue", { days: Math.floor(late / DAY_MINUTES) });
    }
    return (
      doubtOf(access.directories, now, DAY_MINUTES) ??
      met("reviews-on-time", {}, lastReview ? [lastReview] : [])
    );
  },
  "access-removed": ({ access }: ComplianceFacts): Judgement => noneBad(access.stillThere),
  "keys-not-copied": ({ access }: ComplianceFacts): Judgement => noneBad(access.copiedKeys),
  "tokens-bound": ({ access }: ComplianceFacts): Judgement =>
    access.isTokenBound
      ? met("setting-closed", { setting: TOKEN_SETTING.id }, [TOKEN_SETTING])
      : failing("setting-open", { setting: TOKEN_SETTING.id }, [TOKEN_SETTING]),
} as const;
