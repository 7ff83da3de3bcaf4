import { z } from "zod";
import { entityId } from "#server/platform/entity-id.ts";

export const BeginDirectoryInput = z.object({
  owner: z.string().min(1).max(200),
  leaseSeconds: z.number().int().min(1).max(3_600),
});
/** Null: it isn't due, or another worker reads. */
export const DirectoryBegun = z.object({ fence: z.string().nullable() });

const DirectoryPerson = z.object({
  subject: z.string().min(1).max(255),
  name: z.string().min(1).max(255),
  kind: z.enum(["user", "service"]),
  isEnabled: z.boolean(),
  roles: z.array(z.string().min(1).max(255)).max(200),
});

export const DirectoryReading = z.object({
  issuer: z.string().min(1).max(500),
  realm: z.string().min(1).max(100),
  removesRoles: z.boolean(),
  administrator: z.string().min(1).max(200),
  /** A code: it could not be read whole, and nothing of what is known changes. */
  failure: z.string().min(1).max(60).nullable(),
  people: z.array(DirectoryPerson).max(100_000),
});
export type DirectoryReading = z.infer<typeof DirectoryReading>;

export const RecordDirectoryInput = z.object({
  fence: z.string().regex(/^\d+$/),
  /** Seconds until the next reading. */
  nextInSeconds: z.number().int().min(1).max(86_400),
  readings: z.array(DirectoryReading).max(100),
});
export const DirectoryRecorded = z.object({
  added: z.number(),
  removed: z.number(),
  seenGone: z.number(),
});

const ItemId = z.object({ itemId: entityId("access item") });
export const BeginRevocationInput = ItemId.extend({
  leaseSeconds: z.number().int().min(1).max(3_600),
});
/** Null: it was asked for already, or another worker does. */
export const RevocationBegun = z.object({
  wanted: z.object({ issuer: z.string(), subject: z.string(), role: z.string() }).nullable(),
});
export const RecordRevocationInput = ItemId.extend({
  outcome: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("asked") }),
    /** The console can't: a person has to. */
    z.object({ kind: z.literal("by-hand"), why: z.enum(["not-direct", "not-allowed"]) }),
    z.object({ kind: z.literal("failed"), code: z.string().min(1).max(60) }),
  ]),
  retryAfterSeconds: z.number().int().min(1).max(86_400),
});
export const RevocationRecorded = z.object({ isRecorded: z.boolean() });
