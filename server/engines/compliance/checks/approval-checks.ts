import type { Judgement } from "../check.ts";
import type { ComplianceFacts } from "../facts.ts";
import { failing, met, noneBad, notApplicable, unknown } from "./judgement.ts";

export const approvalChecks = {
  "approvals-quorum": ({ approvals }: ComplianceFacts): Judgement => {
    const judged = noneBad(approvals.quorum);
    if (judged.state !== "met" || !approvals.isCut) return judged;
    return unknown("too-many", { seen: approvals.quorum.total });
  },
  "no-self-approval": ({ approvals }: ComplianceFacts): Judgement => {
    const judged = noneBad(approvals.ownApprovals);
    if (judged.state !== "met" || !approvals.isCut) return judged;
    return unknown("too-many", { seen: approvals.ownApprovals.total });
  },
  "production-guarded": ({ approvals }: ComplianceFacts): Judgement => {
    const { productionGaps: gaps, productionPolicy: policy } = approvals;
    if (gaps === null) return notApplicable("no-production");
    const evidence = policy ? [policy] : [];
    return gaps.length > 0
      ? failing("production-open", { gaps: gaps.join(",") }, evidence)
      : met("production-guarded", {}, evidence);
  },
  "deployments-approved": ({ approvals }: ComplianceFacts): Judgement =>
    noneBad(approvals.unapproved),
  "images-verified": ({ approvals }: ComplianceFacts): Judgement => {
    const { total, refused, unknown: untold, verified } = approvals.images;
    if (refused.length > 0) return failing("some", { bad: refused.length, total }, refused);
    if (total === 0) return notApplicable("none");
    if (untold.length > 0)
      return unknown("some-unknown", { unknown: untold.length, total }, untold);
    return met("all", { total }, verified);
  },
} as const;
