import { z } from "zod";
import { path, roleName } from "./names.ts";
import { PostgresTarget } from "./postgres-target.ts";

/** Dual-user: two roles of one database take turns; the console holds references only. */
export const PostgresDualUser = z.object({
  kind: z.literal("postgres-dual-user"),
  target: PostgresTarget,
  activeRole: roleName,
  standbyRole: roleName,
  /** Where the vault keeps the login that may alter these two roles, and nothing else. */
  rotatorPath: path,
});
export type PostgresDualUser = z.infer<typeof PostgresDualUser>;
