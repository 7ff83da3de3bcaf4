import { z } from "zod";
import { entityId } from "#server/platform/entity-id.ts";
import { RequestedBy, WatchedRotator } from "../schema.ts";

const Fact = z.union([z.string().max(2_000), z.number(), z.boolean(), z.null()]);

/** What a source says of the value in use: never the value. */
export const Observation = z.object({
  notBefore: z.date().nullable(),
  notAfter: z.date().nullable(),
  /** When it is renewed next, where the source says so. */
  renewsAt: z.date().nullable(),
  facts: z.record(z.string().max(60), Fact),
});
export type Observation = z.infer<typeof Observation>;

export const Trouble = z.object({
  errorCode: z.string().min(1).max(60),
  errorText: z.string().min(1).max(500),
});

export const RecordWatchInput = z.object({
  bindingId: entityId("secret binding"),
  seen: z.union([
    z.object({ observation: Observation }),
    /** The source can't be read: what was last seen stays, and is said to be old. */
    z.object({ trouble: Trouble }),
  ]),
});

export const RENEWAL_STATES = ["requested", "asking", "asked", "renewed", "refused"] as const;

export const RequestRenewalInput = z.object({
  bindingId: entityId("secret binding"),
  reason: z
    .string()
    .trim()
    .min(10, "must say why, in 10 characters or more")
    .max(1_000, "must be 1,000 characters at most"),
});
export const RenewalChanged = z.object({ renewalId: z.uuid(), state: z.enum(RENEWAL_STATES) });

export const BeginRenewalInput = z.object({ renewalId: entityId("certificate renewal") });
export const BegunRenewal = z.object({
  begun: z
    .object({
      rotator: WatchedRotator,
      /** The issuance that was in use when it was asked for; null when nobody knew. */
      revision: z.number().int().nullable(),
      attempt: z.number().int(),
      /** It was asked for before, and cert-manager has not done it in time. */
      isLate: z.boolean(),
    })
    .nullable(),
});

export const RecordRenewalInput = z.object({
  renewalId: entityId("certificate renewal"),
  outcome: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("asked") }),
    z.object({ kind: z.literal("renewed") }),
    z.object({ kind: z.literal("refused"), ...Trouble.shape }),
    z.object({ kind: z.literal("later"), ...Trouble.shape }),
  ]),
});

export const WatchInput = z.object({ bindingId: entityId("secret binding") });

export const WatchView = z.object({
  asOf: z.date(),
  kind: z.enum(["cert-manager", "certificate-file", "spiffe-svid", "realm-passwords"]),
  /** Null until its source was read for the first time. */
  observedAt: z.date().nullable(),
  notBefore: z.date().nullable(),
  notAfter: z.date().nullable(),
  renewsAt: z.date().nullable(),
  facts: z.record(z.string(), Fact),
  errorCode: z.string().nullable(),
  errorText: z.string().nullable(),
  renewals: z.array(
    z.object({
      renewalId: z.uuid(),
      state: z.enum(RENEWAL_STATES),
      requestedBy: RequestedBy,
      requestedAt: z.date(),
      finishedAt: z.date().nullable(),
      errorText: z.string().nullable(),
    }),
  ),
});
export type WatchView = z.infer<typeof WatchView>;
/** Null for a credential that the console rotates, or that people do. */
export const WatchOutput = z.object({ watch: WatchView.nullable() });
