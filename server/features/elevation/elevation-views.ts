import { z } from "zod";
import { ApprovalDetail, QuorumView } from "#server/features/approvals/index.ts";
import { ElevationEnvironment, ElevationPolicySpec } from "./elevation-policy-spec.ts";
import { GRANT_KINDS, RequestState } from "./schema.ts";

/** Where a projection of a grant stands, as screens say it. */
export const ProjectionView = z.object({
  projectionId: z.string(),
  kind: z.enum(["keycloak-role", "kubernetes-role-binding"]),
  /** What and where, in the words of the place itself. */
  target: z.record(z.string(), z.string()),
  /** `revoking` from the moment that the grant is over until it was read to be gone. */
  state: z.enum(["wanted", "projected", "revoking", "gone"]),
  trouble: z.string(),
  goneAt: z.date().nullable(),
});

export const GrantView = z.object({
  grantId: z.string(),
  kind: z.enum(GRANT_KINDS),
  environment: ElevationEnvironment,
  person: z.string(),
  isYours: z.boolean(),
  scopes: z.array(z.string()),
  reason: z.string(),
  startsAt: z.date(),
  endsAt: z.date(),
  /** By rows and clock; `revoking`: over, and somewhere it is not yet seen to be gone. */
  standing: z.enum(["scheduled", "live", "revoking", "given-back", "revoked", "expired"]),
  revokedAt: z.date().nullable(),
  revokedBy: z.string().nullable(),
  revokeReason: z.string(),
  proofMethod: z.string().nullable(),
  projections: z.array(ProjectionView),
});
export type GrantView = z.infer<typeof GrantView>;

export const RequestView = z.object({
  requestId: z.string(),
  approvalId: z.string(),
  kind: z.enum(["grant", "extension"]),
  environment: ElevationEnvironment,
  person: z.string(),
  isYours: z.boolean(),
  scopes: z.array(z.string()),
  reason: z.string(),
  durationSeconds: z.number(),
  startsAt: z.date().nullable(),
  /** `approved` while it waits to be activated. */
  state: z.enum([...RequestState.options, "approved"]),
  grantId: z.string().nullable(),
  subjectDigest: z.string(),
  quorum: QuorumView,
  /** What the viewer may do about it, or why not. */
  yourPart: z.string(),
  createdAt: z.date(),
  expiresAt: z.date(),
});
export type RequestView = z.infer<typeof RequestView>;

/** The banner's: one's own grants that are live or still to start. */
export const OwnElevation = z.object({
  grants: z.array(
    z.object({
      grantId: z.string(),
      kind: z.enum(GRANT_KINDS),
      environment: ElevationEnvironment,
      scopes: z.array(z.string()),
      startsAt: z.date(),
      endsAt: z.date(),
    }),
  ),
  asOf: z.date(),
});

export const ElevationOverview = z.object({
  /** Live, still to start, or not yet seen to be gone where they were projected. */
  grants: z.array(GrantView),
  /** Waiting ones of everybody, and one's own newest that have ended. */
  requests: z.array(RequestView),
  /** Grants that ended lately, newest first. */
  ended: z.array(GrantView),
  asOf: z.date(),
});
export type ElevationOverview = z.infer<typeof ElevationOverview>;

export const TimelineEntry = z.object({
  entryId: z.string(),
  act: z.string(),
  actor: z.string(),
  note: z.string(),
  eventId: z.string(),
  at: z.date(),
});

export const RequestDetail = RequestView.extend({
  approval: ApprovalDetail,
  grant: GrantView.nullable(),
  timeline: z.array(TimelineEntry),
  asOf: z.date(),
});
export type RequestDetail = z.infer<typeof RequestDetail>;

export const GrantDetail = GrantView.extend({
  timeline: z.array(TimelineEntry),
  asOf: z.date(),
});
export type GrantDetail = z.infer<typeof GrantDetail>;

/** What an environment lets people ask for, and what of it the viewer may. */
export const OfferView = z.object({
  environment: ElevationEnvironment,
  /** Whether production rights there are by grant only. */
  isDemanded: z.boolean(),
  /** Null: nothing can be asked for there. */
  policy: ElevationPolicySpec.nullable(),
  version: z.number(),
  savedBy: z.string().nullable(),
  savedAt: z.date().nullable(),
  yours: z.array(z.string()),
});
export type OfferView = z.infer<typeof OfferView>;

export const Offers = z.object({ items: z.array(OfferView), asOf: z.date() });
