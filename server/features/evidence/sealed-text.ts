import "server-only";
import { z } from "zod";
import { openPayload, sealPayload } from "#server/platform/audit/payload-cipher.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";

/** What of an export or a pack may name people, or opens it: encrypted with a key of the tenant. */
const Sealed = z.object({ query: z.string(), packKey: z.string().optional() });
export type SealedText = z.infer<typeof Sealed>;

export function sealText(
  tenant: AuthorizedTenantId,
  id: string,
  text: SealedText,
): { keyId: string; ciphertext: Buffer } {
  const { keyId, ciphertext } = sealPayload(tenant, id, { ...text });
  return { keyId, ciphertext };
}

/** Undefined when it can't be read: altered, or its key is destroyed. */
export function openText(
  tenant: AuthorizedTenantId,
  id: string,
  keyId: string,
  ciphertext: Buffer,
): SealedText | undefined {
  try {
    return Sealed.parse(openPayload(tenant, id, { keyId, ciphertext }));
  } catch {
    return undefined;
  }
}
