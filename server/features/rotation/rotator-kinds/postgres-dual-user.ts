import { z } from "zod";
import { path, roleName } from "./names.ts";

/** Dual-user: two roles of one database take turns; the console holds references only. */
export const PostgresDualUser = z.object({
  kind: z.literal("postgres-dual-user"),
  target: z.object({
    host: z.string().min(1).max(253),
    port: z.number().int().min(1).max(65_535),
    database: z.string().min(1).max(63),
    tls: z.enum(["verify-full", "disable"]),
  }),
  activeRole: roleName,
  standbyRole: roleName,
  /** Where the vault keeps the login that may alter these two roles, and nothing else. */
  rotatorPath: path,
});
export type PostgresDualUser = z.infer<typeof PostgresDualUser>;
