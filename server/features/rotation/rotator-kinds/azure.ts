import { z } from "zod";

/** Names of Key Vault: letters, digits and dashes. */
const name = z.string().regex(/^[0-9a-zA-Z-]{1,127}$/, "must be letters, digits and dashes");
const vault = z
  .string()
  .regex(/^[a-zA-Z][0-9a-zA-Z-]{2,23}$/, "must be the name of a Key Vault")
  .optional();

/** A key of Azure Key Vault, which never leaves it. `vault` may be left out where there is one. */
export const AzureKey = z.object({ kind: z.literal("azure-key"), vault, key: name });
export type AzureKey = z.infer<typeof AzureKey>;

/** A generated value that lives in Azure Key Vault alone. */
export const AzureSecret = z.object({
  kind: z.literal("azure-secret"),
  vault,
  secret: name,
  /** Randomness of a new value. */
  bytes: z.number().int().min(16).max(128),
});
export type AzureSecret = z.infer<typeof AzureSecret>;
