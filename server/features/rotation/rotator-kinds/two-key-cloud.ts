import { z } from "zod";

/** A storage account of Azure, whose `key1` and `key2` both work. */
const AzureStorageKeys = z.object({
  kind: z.literal("azure-storage"),
  /** Azure's id of the subscription: no record of ours. */
  subscription: z
    .string()
    .regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "must be the id of a subscription"),
  resourceGroup: z
    .string()
    .regex(/^[\w().-]{1,89}[\w()-]$/, "must be the name of a resource group"),
  account: z.string().regex(/^[a-z0-9]{3,24}$/, "must be the name of a storage account"),
});

/** A cloud resource with two keys that take turns; KV v2 holds the one in use. */
export const TwoKeyCloud = z.object({
  kind: z.literal("two-key-cloud"),
  provider: z.discriminatedUnion("kind", [AzureStorageKeys]),
  /** The field of the secret that holds the key. */
  field: z.string().regex(/^[A-Za-z_][A-Za-z0-9_-]{0,62}$/, "must be the name of a field"),
  /** Other text fields that a new version takes over; any other field stops the rotation. */
  keep: z.array(z.string().min(1).max(63)).max(20),
});
export type TwoKeyCloud = z.infer<typeof TwoKeyCloud>;
