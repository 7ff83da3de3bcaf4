import { z } from "zod";
import type { Statement } from "#server/engines/supply-chain/statement.ts";

const SimpleSigning = z.object({
  critical: z.object({
    type: z.literal("cosign container image signature"),
    image: z.object({ "docker-manifest-digest": z.string().regex(/^sha256:[0-9a-f]{64}$/) }),
  }),
});

/** What a classic cosign signature says: this image, and nothing of how it was built. Throws otherwise. */
export function readCosignPayload(payload: Uint8Array): Statement {
  const { critical } = SimpleSigning.parse(JSON.parse(Buffer.from(payload).toString("utf8")));
  return {
    predicateType: "cosign container image signature",
    digests: [critical.image["docker-manifest-digest"]],
    builder: null,
    source: null,
  };
}
