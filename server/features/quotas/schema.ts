import { z } from "zod";
import { CAUSES } from "#server/engines/quota/noisy-neighbours.ts";
import { Environment } from "#server/features/isolation/index.ts";

/** Thousandths of the resource's unit; null: nobody says. */
const Amount = z.bigint().min(0n).nullable();

export const SIDES = ["crowds", "crowded"] as const;

export const ObservedUse = z.object({
  environment: Environment,
  cluster: z.string().max(200),
  resource: z.string().min(1).max(100),
  declared: Amount,
  hard: Amount,
  used: Amount,
  requested: Amount,
  limited: Amount,
  allocatable: Amount,
  unlimited: z.number().int().min(0),
});
export type ObservedUse = z.infer<typeof ObservedUse>;

export const ObservedCrowding = z.object({
  environment: Environment,
  /** The same on both sides. */
  crowdingId: z.string().regex(/^[0-9a-f]{32}$/),
  side: z.enum(SIDES),
  cluster: z.string().max(200),
  pool: z.string().max(200),
  resource: z.string().min(1).max(100),
  cause: z.enum(CAUSES),
  share: z.number().int().nullable(),
  pods: z.number().int().min(0),
  /** HMAC of the noisy neighbour's name, for the crowded. */
  peer: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .nullable(),
});
export type ObservedCrowding = z.infer<typeof ObservedCrowding>;

export const RecordQuotasInput = z.object({
  /** Clusters that could be read: what is known of others stays as it was. */
  clusters: z.array(z.string().max(200)).max(1_000),
  uses: z.array(ObservedUse).max(5_000),
  crowdings: z.array(ObservedCrowding).max(5_000),
  /** A crowding that lasts so long is told: seconds. */
  tellAfterSeconds: z.number().int().min(0).max(86_400),
  sampleEverySeconds: z.number().int().min(1).max(86_400),
});

const Told = ObservedCrowding.pick({
  environment: true,
  side: true,
  cluster: true,
  pool: true,
  resource: true,
  cause: true,
});
export const QuotasRecorded = z.object({
  /** What has lasted, and was not told before. */
  sustained: z.array(Told),
});
