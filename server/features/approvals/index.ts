import "server-only";

/** What other parts of the server may use of the approvals feature. */
export { answerablePeople } from "./answerable-people.ts";
export { type ApprovalInBrief, approvalInBrief } from "./approval-in-brief.ts";
export {
  approvalDetails,
  approvalStandingNow,
} from "./approval-standing.ts";
export { approvalSubject } from "./approval-subject.ts";
export { MINIMUM_REQUIREMENT } from "./minimum-requirement.ts";
export { approvalsWaitingFor } from "./queries.ts";
export { displayNameOf, identityOf, isSameIdentity } from "./requester.ts";
export {
  APPROVAL_KINDS,
  ApprovalDetail,
  ConsumeApprovalInput,
  QuorumView,
  Requirement,
  ReviewView,
  SubjectDigest,
  YourPart,
} from "./schema.ts";
export { type StandingAt, standingsAt } from "./standings-at.ts";
export { closeApproval } from "./verbs/close-approval.ts";
export { consumeApproval } from "./verbs/consume-approval.ts";
export { expireApproval } from "./verbs/expire-approval.ts";
export { renewApproval } from "./verbs/renew-approval.ts";
export { requestApproval } from "./verbs/request-approval.ts";
export { reviewApproval } from "./verbs/review-approval.ts";
export { reviseApproval } from "./verbs/revise-approval.ts";
export { withdrawApproval } from "./verbs/withdraw-approval.ts";
