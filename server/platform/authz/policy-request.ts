import type * as cedar from "@cedar-policy/cedar-wasm/nodejs";

export type PolicyAction =
  | "RotateSecret"
  | "MarkLeaked"
  | "DecideApproval"
  | "AmendApproval"
  | "CreateTenant"
  | "LabelTenant"
  | "OnboardTenant"
  | "BeginOnboarding"
  | "OffboardTenant"
  | "ManageAdmission"
  | "ManageRotationTarget"
  | "RequestDeployment"
  | "ExecuteDeployment"
  | "RequestElevation"
  | "ActivateElevation"
  | "RevokeElevation"
  | "ManageElevationPolicy"
  | "ManageEnvironment"
  | "DecideAccess"
  | "BreakGlass"
  | "ReviewBreakGlass";

export interface CedarUid {
  type:
    | "User"
    | "Service"
    | "Worker"
    | "System"
    | "Tenant"
    | "SecretBinding"
    | "ApprovalRequest"
    | "DeploymentRequest"
    | "DeploymentEnvironment"
    | "AccessCampaign"
    | "BreakGlassPrincipal";
  id: string;
}

export interface CedarEntity {
  uid: CedarUid;
  attrs: Record<string, cedar.CedarValueJson>;
  parents: CedarUid[];
}

export interface PolicyRequest {
  principal: CedarUid;
  action: PolicyAction;
  resource: CedarUid;
  context: Record<string, cedar.CedarValueJson>;
  entities: CedarEntity[];
}

/** A decision with everything needed to make it again, byte for byte (law 11). */
export interface PolicyDecision {
  /** Who decided: Cedar, or a governance engine over AuthZEN within what is never delegated. */
  engine: "cedar" | "authzen";
  /** RFC 8785 JSON: what a governance engine was asked and what it answered; null of Cedar's own. */
  exchange: string | null;
  action: PolicyAction;
  outcome: "allow" | "deny";
  /** Ids of the policies that decided, sorted. */
  reasons: string[];
  /** Evaluation errors; any of them denies (law 7). */
  errors: string[];
  policySetDigest: Buffer;
  schemaDigest: Buffer;
  engineVersion: string;
  request: string;
  entities: string;
  digest: Buffer;
}
