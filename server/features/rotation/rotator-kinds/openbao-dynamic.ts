import { z } from "zod";
import { engineRole, path } from "./names.ts";
import { PostgresTarget } from "./postgres-target.ts";

/** A workload, as it is named in its environment. */
export const workloadName = z
  .string()
  .max(120)
  .regex(/^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$/, "must be the name of a workload");

/** Logins that OpenBao's database engine makes for one workload, each with a lease. */
export const OpenbaoDynamic = z.object({
  kind: z.literal("openbao-dynamic"),
  mount: path,
  role: engineRole,
  /** Who reads the login from the binding's path. */
  workload: workloadName,
  /** Where the console may try a login itself; null: the lease's lookup is the proof. */
  target: PostgresTarget.nullable(),
  /**
   * Whether nobody but the console issues from this role. Only then a lease that the ledger doesn't
   * know is ours to revoke; else it is left to run out.
   */
  isExclusive: z.boolean(),
});
export type OpenbaoDynamic = z.infer<typeof OpenbaoDynamic>;
