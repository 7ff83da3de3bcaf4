import { z } from "zod";
import { engineRole, path } from "./names.ts";
import { PostgresTarget } from "./postgres-target.ts";

/** A login whose password OpenBao's database engine changes; consumers read it there. */
export const OpenbaoStaticRole = z.object({
  kind: z.literal("openbao-static-role"),
  mount: path,
  role: engineRole,
  /** Where the console may try the login itself; null: OpenBao's own record is the proof. */
  login: z
    .object({
      target: PostgresTarget,
      /** Where the value that ends waits for its proof, in KV v2. */
      evidencePath: path,
    })
    .nullable(),
});
export type OpenbaoStaticRole = z.infer<typeof OpenbaoStaticRole>;
