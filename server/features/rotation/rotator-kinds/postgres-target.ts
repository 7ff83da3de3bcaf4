import { z } from "zod";

/** Where a database listens; it holds no credential. */
export const PostgresTarget = z.object({
  host: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  database: z.string().min(1).max(63),
  tls: z.enum(["verify-full", "disable"]),
});
