import { z } from "zod";

/** An immutable DNS label: it names the tenant in URLs, vault paths and logs for ever. */
export const TenantSlug = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/,
    "must be 1 to 63 lower-case letters, digits or hyphens, beginning with a letter",
  );

export const DisplayName = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(120, "must have at most 120 characters");

export const TenantInput = z.object({ slug: TenantSlug, displayName: DisplayName });

export const TenantView = z.object({
  tenantId: z.string(),
  kind: z.enum(["sovereign", "organization"]),
  displayName: z.string(),
  createdAt: z.date(),
});
export type TenantView = z.infer<typeof TenantView>;

export const TenantCreated = z.object({ tenantId: z.string() });
