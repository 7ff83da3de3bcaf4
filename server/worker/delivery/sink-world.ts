import "server-only";
import { isSinkAddress } from "#server/features/delivery/index.ts";
import type { KvV2 } from "#server/integrations/openbao/kv-v2.ts";
import { OpenBaoError } from "#server/integrations/openbao/openbao-error.ts";
import { SinkError, type SinkWorld } from "#server/integrations/sinks/sink.ts";
import { signedHeaders } from "#server/integrations/webhook/sign-webhook.ts";
import { webhookSeed } from "#server/integrations/webhook/webhook-key.ts";

/**
 * What a tenant's sinks may have of the house: secrets from below the tenant's own prefix of the vault
 * and no others, the addresses that may be dialled, and the installation's signature.
 */
export function sinkWorld(kv: () => Pick<KvV2, "read">, tenantId: string): SinkWorld {
  return {
    isAllowedAddress: isSinkAddress,
    signed: (message) => signedHeaders(webhookSeed(), message),
    async secret({ path, field: name }, field) {
      const place = `${tenantId}/${path}`;
      const found = await kv()
        .read(place)
        .catch((error: unknown) => {
          if (!(error instanceof OpenBaoError)) throw error;
          throw new SinkError({
            field,
            message: `the vault could not be read at ${place} (${error.failure})`,
            remedy:
              "See on the health page whether the vault is reached; it is tried again by itself.",
          });
        });
      const value = found.kind === "found" ? found.fields[name] : undefined;
      if (value) return value;
      throw new SinkError({
        field,
        message:
          found.kind === "found"
            ? `the secret at ${place} has no field ${name}`
            : `the vault holds no secret at ${place}`,
        remedy: "Write the secret there, or name where it is.",
      });
    },
  };
}
