import { z } from "zod";

const Group = z.object({ role: z.string(), count: z.number() });

const Demand = z.discriminatedUnion("code", [
  z.object({ code: z.literal("elevation"), isMet: z.boolean() }),
  z.object({ code: z.literal("approvals"), groups: z.array(Group) }),
  z.object({
    code: z.literal("step-up"),
    level: z.enum(["any-factor", "security-key"]),
    withinSeconds: z.number(),
  }),
  z.object({ code: z.literal("window"), isOpen: z.boolean(), opensAt: z.date().nullable() }),
  z.object({ code: z.literal("waiting"), seconds: z.number() }),
  z.object({ code: z.literal("frozen"), until: z.date().nullable() }),
  z.object({ code: z.literal("provenance"), level: z.string() }),
  z.object({ code: z.literal("gate") }),
  z.object({ code: z.literal("merge"), approvals: z.number() }),
  z.object({ code: z.literal("registries"), registries: z.array(z.string()) }),
  z.object({ code: z.literal("never-own") }),
  z.object({ code: z.literal("only-pipeline") }),
  z.object({
    code: z.literal("approval-by-rule"),
    classes: z.array(z.object({ class: z.string(), roles: z.array(z.string()) })),
  }),
  z.object({ code: z.literal("second-person") }),
  z.object({ code: z.literal("declared-only") }),
  z.object({ code: z.literal("sovereign-only") }),
  z.object({ code: z.literal("no-policy") }),
]);

export const PersonInput = z.object({
  issuer: z.string().min(1).max(500),
  subject: z.string().min(1).max(255),
});

export const Rights = z.object({
  asOf: z.date(),
  person: z.object({
    issuer: z.string(),
    subject: z.string(),
    name: z.string(),
    isYou: z.boolean(),
    /** When the identity provider was last asked for the roles; null: they are the session's own. */
    rolesReadAt: z.date().nullable(),
  }),
  roles: z.array(z.string()),
  grants: z.array(
    z.object({
      grantId: z.string(),
      kind: z.enum(["jit", "break-glass"]),
      environment: z.string(),
      scopes: z.array(z.string()),
      endsAt: z.date(),
    }),
  ),
  rights: z.array(
    z.object({
      scope: z.string(),
      verdict: z.enum(["yes", "partly", "no"]),
      roles: z.array(z.string()),
      rolesThatWould: z.array(z.string()),
      grants: z.array(z.string()),
      places: z
        .array(
          z.object({
            environment: z.string(),
            isAllowed: z.boolean(),
            grants: z.array(z.string()),
            demands: z.array(Demand),
            mayAsk: z.boolean(),
          }),
        )
        .nullable(),
      demands: z.array(Demand),
    }),
  ),
  /** The governance engine that has the last word; null: Cedar decides by the rules shown. */
  governance: z.string().nullable(),
});
export type Rights = z.infer<typeof Rights>;

export const People = z.object({
  items: z.array(
    z.object({
      issuer: z.string(),
      subject: z.string(),
      name: z.string(),
      kind: z.enum(["user", "service"]),
    }),
  ),
  /** Whether there are more than are shown. */
  isCut: z.boolean(),
});
export type People = z.infer<typeof People>;
