import { createHash } from "node:crypto";
import type { EnvironmentPolicy } from "#server/engines/deployments/environment-policy.ts";
import {
  type DeploymentState,
  type DeploymentStep,
  isWaiting,
  stateAfter,
} from "#server/engines/deployments/state-machine.ts";
import { evaluateQuorum } from "#server/engines/quorum/evaluate-quorum.ts";
import type { HumanBehind, Identity, QuorumReview } from "#server/engines/quorum/types.ts";
import { elevationAmong } from "#server/features/elevation/index.ts";
import { decide } from "#server/platform/authz/policy-engine.ts";
import type { DeploymentRow } from "../deployment-rows.ts";
import type { EnvironmentRow } from "../environment-rows.ts";
import type { EnvironmentPolicySpec } from "../environment-schema.ts";
import { factsOf, judgeExecution } from "../judge-execution.ts";

const ISSUER = "https://idp";
export const identity = (subject: string): Identity => ({ issuer: ISSUER, subject });
const PIPELINE = {
  uid: { type: "Service" as const, id: '["https://idp","ci"]' },
  attrs: { issuer: ISSUER, scopes: ["runtime.deployments.execute"] },
  parents: [{ type: "Tenant" as const, id: "acme" }],
};

/** What was executed, with everything that an oracle needs to say whether it might be. */
export interface Execution {
  at: number;
  subject: string;
  revision: number;
  policyVersion: number;
  policy: EnvironmentPolicy;
  reviews: readonly QuorumReview[];
  roles: ReadonlyMap<string, readonly string[]>;
  grants: readonly Grant[];
}

/** Somebody's elevation to execute: from, until, and since when it was revoked. */
export interface Grant {
  person: string;
  from: number;
  until: number;
  revokedAt: number | null;
}

/** One request in a world of people, policies and time: the real engines and policies, no database. */
export class ExecutionWorld {
  now = 1_790_000_000;
  state: DeploymentState = "requested";
  revision = 1;
  content = 0;
  policyVersion = 1;
  revisedAt = this.now;
  readonly expiresAt: number;
  readonly policies: EnvironmentPolicy[];
  readonly requester: Identity;
  readonly human: HumanBehind;
  readonly roles: Map<string, readonly string[]>;
  readonly reviews: QuorumReview[] = [];
  readonly executions: Execution[] = [];
  readonly grants: Grant[] = [];
  frozen = false;
  blocked = 0;
  /** Blocked by a missing elevation alone: by one that is over, was revoked, or was never there. */
  unelevated = 0;

  constructor(start: {
    policy: EnvironmentPolicy;
    requester: string;
    human: HumanBehind;
    roles: Record<string, readonly string[]>;
  }) {
    this.policies = [start.policy];
    this.requester = identity(start.requester);
    this.human = start.human;
    this.roles = new Map(Object.entries(start.roles));
    this.expiresAt = this.now + start.policy.expirySeconds;
  }

  get policy(): EnvironmentPolicy {
    return this.policies.at(-1) as EnvironmentPolicy;
  }

  get subject(): string {
    return createHash("sha256").update(`${this.content}|${this.policyVersion}`).digest("hex");
  }

  /** As `tendDeployment` does. */
  tend(): void {
    if (!isWaiting(this.state)) return;
    if (this.now >= this.expiresAt) {
      this.#take("expire");
      return;
    }
    if (this.policyVersion !== this.policies.length) this.#renew();
    this.#take("begin-checks");
    this.#take("pass-checks");
  }

  revise(): void {
    if (!isWaiting(this.state) || this.now >= this.expiresAt) return;
    this.content += 1;
    this.#renew();
  }

  /** As `reviewDeployment` does; what the verb refuses changes nothing. */
  review(name: string, decision: "approve" | "reject"): void {
    const reviewer = identity(name);
    const isParty = [this.requester, this.human].some(
      (each) => typeof each === "object" && each.subject === name,
    );
    const hasSaid = this.reviews.some(
      (each) => each.revision === this.revision && each.reviewer.subject === name,
    );
    if (this.state !== "awaiting_approval" || this.now >= this.expiresAt || isParty || hasSaid)
      return;
    const { revision, subject: digest } = this;
    const roles = this.roles.get(name) ?? [];
    const reviewId = String(this.reviews.length);
    this.reviews.push({ reviewId, revision, digest, reviewer, roles, decision });
    const { outcome } = this.#quorum(this.reviews);
    if (outcome === "met") this.#take("approve");
    if (outcome === "rejected") this.#take("reject");
  }

  grant(person: string, startsIn: number, seconds: number): void {
    const from = this.now + startsIn;
    this.grants.push({ person, from, until: from + seconds, revokedAt: null });
  }

  revoke(person: string): void {
    for (const grant of this.grants) if (grant.person === person) grant.revokedAt ??= this.now;
  }

  /** As `answerablePeople` says: who asked, the human behind it, and who approved what it is now. */
  get answerable(): readonly Identity[] {
    const approved = this.reviews
      .filter(({ revision, decision }) => revision === this.revision && decision === "approve")
      .map(({ reviewer }) => reviewer);
    const asked = this.requester.subject === "pipeline" ? [] : [this.requester];
    return [...asked, ...(typeof this.human === "object" ? [this.human] : []), ...approved];
  }

  /** As `claimDeployment` does: everything again, with roles as they are now. */
  claim(): void {
    const fresh = this.reviews.map((each) => {
      const now = this.roles.get(each.reviewer.subject) ?? [];
      return { ...each, roles: each.roles.filter((role) => now.includes(role)) };
    });
    const { missing, outcome } = this.#quorum(fresh);
    const row = this.#row();
    const facts = factsOf(row, this.#environment(), [], {
      missing,
      isRejected: outcome === "rejected",
      isSubjectCurrent: true,
      elevation: elevationAmong(this.#executors(), this.answerable, "prod"),
    });
    const decision = judgeExecution(PIPELINE, row, facts, decide);
    if (decision.outcome === "deny") {
      this.blocked += 1;
      if (decision.reasons.join() === "forbid-deploy-elevation-missing") this.unelevated += 1;
      return;
    }
    for (const step of ["begin-checks", "pass-checks", "approve", "claim"] as const)
      this.#take(step);
    this.executions.push({
      at: this.now,
      subject: this.subject,
      revision: this.revision,
      policyVersion: this.policyVersion,
      policy: this.policy,
      reviews: [...this.reviews],
      roles: new Map(this.roles),
      grants: this.grants.map((grant) => ({ ...grant })),
    });
  }

  #executors() {
    return this.grants
      .filter(
        ({ from, until, revokedAt }) => from <= this.now && this.now < until && revokedAt === null,
      )
      .map(({ person }) => ({ ...identity(person), environment: "prod" }));
  }

  #quorum(reviews: readonly QuorumReview[]) {
    const { revision, subject: digest, requester, human } = this;
    return evaluateQuorum(this.policy.groups, { revision, digest, requester, human }, reviews);
  }

  #renew(): void {
    this.revision += 1;
    this.policyVersion = this.policies.length;
    this.revisedAt = this.now;
    this.#take("revise");
  }

  #take(step: DeploymentStep): void {
    this.state = stateAfter(this.state, step) ?? this.state;
  }

  #row(): DeploymentRow {
    const at = (seconds: number) => new Date(seconds * 1_000);
    return {
      deployment_id: "d1",
      environment: "prod",
      service: "checkout",
      kind: "deploy",
      state: this.state,
      requester_issuer: this.requester.issuer,
      requester_subject: this.requester.subject,
      policy_version: this.policyVersion,
      provenance: "unknown",
      now: at(this.now),
      expires_at: at(this.expiresAt),
      revised_at: at(this.revisedAt),
    } as DeploymentRow;
  }

  #environment(): EnvironmentRow {
    return {
      environment: "prod",
      version: this.policies.length,
      spec: this.policy as EnvironmentPolicySpec,
      frozen_from: this.frozen ? new Date(0) : null,
      frozen_until: null,
      freeze_reason: "",
    };
  }
}
