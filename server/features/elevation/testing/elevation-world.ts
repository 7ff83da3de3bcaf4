import { type ElevationFacts, elevationFacts } from "#server/engines/elevation/elevation-facts.ts";
import type { ElevationRules } from "#server/engines/elevation/elevation-policy.ts";
import { isLiveAt } from "#server/engines/elevation/judge-act.ts";
import { evaluateQuorum } from "#server/engines/quorum/evaluate-quorum.ts";
import type { QuorumReview } from "#server/engines/quorum/types.ts";
import { decide } from "#server/platform/authz/policy-engine.ts";
import type { CedarEntity } from "#server/platform/authz/policy-request.ts";

const ISSUER = "https://idp.test";
export const identity = (subject: string) => ({ issuer: ISSUER, subject });
const TENANT = { type: "Tenant", id: "acme" } as const;

export interface WorldRequest {
  person: string;
  scopes: string[];
  seconds: number;
  startsAt: number | null;
  version: number;
  revision: number;
  prolongs: WorldGrant | null;
  expiresAt: number;
  state: "waiting" | "activated" | "refused";
  reviews: QuorumReview[];
}

export interface WorldGrant {
  person: string;
  scopes: string[];
  startsAt: number;
  endsAt: number;
  endedAt: number | null;
}

/** What was true when a request was activated: what the oracle looks at. */
export interface Activation {
  request: WorldRequest;
  grant: WorldGrant;
  rules: ElevationRules;
  version: number;
  roles: ReadonlyMap<string, readonly string[]>;
  reviews: QuorumReview[];
  at: number;
}

/** The rules of elevation as pure code has them, with a clock and people that a test moves. */
export class ElevationWorld {
  now = 1_000_000;
  readonly roles: Map<string, string[]>;
  readonly policies: ElevationRules[];
  readonly requests: WorldRequest[] = [];
  readonly grants: WorldGrant[] = [];
  readonly activations: Activation[] = [];
  refused = 0;

  constructor(policy: ElevationRules, roles: Record<string, string[]>) {
    this.policies = [policy];
    this.roles = new Map(Object.entries(roles));
  }

  get version(): number {
    return this.policies.length;
  }

  get rules(): ElevationRules {
    return this.policies[this.version - 1] as ElevationRules;
  }

  ask(
    request: Pick<WorldRequest, "person" | "scopes" | "seconds" | "startsAt" | "prolongs">,
  ): void {
    const asked: WorldRequest = {
      ...request,
      version: this.version,
      revision: 1,
      expiresAt: this.now + 3_600,
      state: "waiting",
      reviews: [],
    };
    const facts = this.#facts(asked, null);
    if (this.#decide("RequestElevation", asked.person, { ...facts })) this.requests.push(asked);
    else this.refused += 1;
  }

  /** One of the newest requests that wait. */
  waiting(at: number): WorldRequest | undefined {
    const open = this.requests.filter(({ state }) => state === "waiting").slice(-3);
    return open[at % Math.max(open.length, 1)];
  }

  review(at: number, who: string, decision: "approve" | "reject"): void {
    const request = this.waiting(at);
    // Whoever asked is not let review at all.
    if (!request || request.person === who) return;
    request.reviews.push({
      reviewId: `r${request.reviews.length}`,
      revision: request.revision,
      digest: this.#digest(request),
      reviewer: identity(who),
      roles: [...(this.roles.get(who) ?? [])],
      decision,
    });
  }

  /** What the worker does under a changed policy. */
  tend(): void {
    for (const request of this.requests) {
      if (request.state !== "waiting" || request.version === this.version) continue;
      request.version = this.version;
      request.revision += 1;
    }
  }

  activate(at: number, who: string): void {
    const request = this.waiting(at);
    if (!request) return;
    const fresh = request.reviews.map((each) => ({
      ...each,
      roles: each.roles.filter((role) => this.roles.get(each.reviewer.subject)?.includes(role)),
    }));
    const quorum = evaluateQuorum(
      this.rules.groups,
      {
        revision: request.revision,
        digest: this.#digest(request),
        requester: identity(request.person),
        human: "requester",
      },
      fresh,
    );
    const isAllowed = this.#decide("ActivateElevation", who, {
      ...this.#facts(request, request),
      isOwn: who === request.person,
      isExpired: this.now >= request.expiresAt,
      isRejected: quorum.outcome === "rejected",
      isPolicyCurrent: request.version === this.version,
      isSubjectCurrent: true,
      missingApprovals: quorum.missing,
    });
    if (!isAllowed) {
      this.refused += 1;
      return;
    }
    request.state = "activated";
    const grant = this.#opened(request);
    this.activations.push({
      request: { ...request },
      grant,
      rules: this.rules,
      version: this.version,
      roles: new Map(this.roles),
      reviews: [...request.reviews],
      at: this.now,
    });
  }

  end(at: number): void {
    const grant = this.grants[at % Math.max(this.grants.length, 1)];
    if (grant && grant.endedAt === null && this.now < grant.endsAt) grant.endedAt = this.now;
  }

  live(person: string): WorldGrant[] {
    return this.grants.filter((grant) => grant.person === person && isLiveAt(grant, this.now));
  }

  #opened(request: WorldRequest): WorldGrant {
    if (request.prolongs) {
      request.prolongs.endsAt += request.seconds;
      return request.prolongs;
    }
    const startsAt = Math.max(this.now, request.startsAt ?? 0);
    const { person, scopes, seconds } = request;
    const grant = { person, scopes, startsAt, endsAt: startsAt + seconds, endedAt: null };
    this.grants.push(grant);
    return grant;
  }

  #facts(request: WorldRequest, self: WorldRequest | null): ElevationFacts {
    const { person, prolongs } = request;
    const held = this.grants.filter(
      (each) => each.person === person && each.endedAt === null && this.now < each.endsAt,
    );
    const waiting = this.requests.filter(
      (each) =>
        each !== self &&
        each.person === person &&
        each.state === "waiting" &&
        !each.prolongs &&
        this.now < each.expiresAt,
    );
    return elevationFacts({
      now: new Date(this.now * 1_000),
      rules: this.rules,
      roles: this.roles.get(person) ?? [],
      scopes: request.scopes,
      durationSeconds: request.seconds,
      startsAt: request.startsAt === null ? null : new Date(request.startsAt * 1_000),
      others: held.length + waiting.length,
      prolongs: prolongs && {
        endsAt: new Date(prolongs.endsAt * 1_000),
        isOver: prolongs.endedAt !== null || this.now >= prolongs.endsAt,
      },
    });
  }

  #digest(request: WorldRequest): string {
    return `${this.requests.indexOf(request)}/${request.version}`;
  }

  #decide(
    action: "RequestElevation" | "ActivateElevation",
    who: string,
    context: Record<string, boolean | number>,
  ): boolean {
    const uid = { type: "User", id: JSON.stringify([ISSUER, who]) } as const;
    const principal: CedarEntity = {
      uid,
      attrs: { issuer: ISSUER, scopes: ["runtime.elevation.request"] },
      parents: [TENANT],
    };
    const resource: CedarEntity = {
      uid: { type: "DeploymentEnvironment", id: "prod" },
      attrs: { name: "prod" },
      parents: [TENANT],
    };
    const entities = [principal, resource];
    return (
      decide({ action, principal: uid, resource: resource.uid, context, entities }).outcome ===
      "allow"
    );
  }
}
