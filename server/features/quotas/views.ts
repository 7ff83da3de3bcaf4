import { z } from "zod";
import { CAUSES } from "#server/engines/quota/noisy-neighbours.ts";
import { Environment } from "#server/features/isolation/index.ts";
import { SIDES } from "./schema.ts";

export const QuotasInput = z.object({ environment: Environment });

/** In the resource's own unit: cores, bytes, pods. Null: nobody says. */
const Amount = z.number().nullable();

export const QuotaRow = z.object({
  tenant: z.string(),
  displayName: z.string(),
  cluster: z.string(),
  resource: z.string(),
  declared: Amount,
  hard: Amount,
  used: Amount,
  requested: Amount,
  limited: Amount,
  allocatable: Amount,
  unlimited: z.number(),
  observedAt: z.date(),
  /** Oldest first. */
  history: z.array(z.object({ at: z.date(), used: Amount, requested: Amount, hard: Amount })),
});
export type QuotaRow = z.infer<typeof QuotaRow>;

export const NeighbourRow = z.object({
  crowdingId: z.string(),
  /** Null: another tenant, which this session does not know. */
  noisy: z.string().nullable(),
  crowded: z.array(z.string()),
  cluster: z.string(),
  pool: z.string(),
  resource: z.string(),
  cause: z.enum(CAUSES),
  side: z.enum(SIDES),
  /** Of what the shared nodes can give, in per cent. */
  sharePercent: z.number().nullable(),
  pods: z.number(),
  since: z.date(),
  isTold: z.boolean(),
});
export type NeighbourRow = z.infer<typeof NeighbourRow>;

export const Quotas = z.object({
  asOf: z.date(),
  environment: Environment,
  rows: z.array(QuotaRow),
  neighbours: z.array(NeighbourRow),
});
export type Quotas = z.infer<typeof Quotas>;
