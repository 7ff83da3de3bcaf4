import { z } from "zod";
import { path } from "./names.ts";

/** A key of OpenBao's transit engine. */
export const OpenbaoTransit = z.object({
  kind: z.literal("openbao-transit"),
  mount: path,
  key: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "must be the name of a key"),
  /** Whether retired versions are destroyed for ever, or kept below the minimum version. */
  trim: z.boolean(),
});
export type OpenbaoTransit = z.infer<typeof OpenbaoTransit>;
