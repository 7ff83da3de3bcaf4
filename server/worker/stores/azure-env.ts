import { z } from "zod";

const url = z.url({ protocol: /^https$/ });
const list = z
  .string()
  .transform((text) => text.split(",").map((each) => each.trim()))
  .pipe(z.array(url).min(1));

/**
 * How the worker reaches Azure. Absent = not configured. Who it is comes from the platform: a workload
 * identity where its token file is set (AZURE_FEDERATED_TOKEN_FILE), else the managed identity.
 */
const AzureEnv = z.object({
  /** One Key Vault, or several separated by commas. */
  AZURE_KEYVAULT_URL: list.optional(),
  /** Azure Resource Manager, for keys of storage accounts. */
  AZURE_RESOURCE_MANAGER_URL: url.optional(),
  AZURE_CLIENT_ID: z.string().min(1).optional(),
  AZURE_TENANT_ID: z.string().min(1).optional(),
  AZURE_FEDERATED_TOKEN_FILE: z.string().min(1).optional(),
});
export type AzureEnv = z.infer<typeof AzureEnv>;

/** Throws an error that names every variable at fault. */
export function azureEnv(source: Record<string, string | undefined> = process.env): AzureEnv {
  const given = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
  const parsed = AzureEnv.safeParse(given);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`The worker's environment is not valid:\n  ${faults.join("\n  ")}`);
}
