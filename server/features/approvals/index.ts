import "server-only";

/** What other parts of the server may use of the approvals feature. */
export { type ApprovalInBrief, approvalInBrief } from "./approval-in-brief.ts";
export { approvalSubject } from "./approval-subject.ts";
export { MINIMUM_REQUIREMENT } from "./minimum-requirement.ts";
export { ConsumeApprovalInput, type Requirement } from "./schema.ts";
export { closeApproval } from "./verbs/close-approval.ts";
export { consumeApproval } from "./verbs/consume-approval.ts";
export { expireApproval } from "./verbs/expire-approval.ts";
export { requestApproval } from "./verbs/request-approval.ts";
