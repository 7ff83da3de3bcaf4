import { defineConfig } from "prisma/config";

/** For Prisma's own commands only; the console connects through its own pools (server/platform/db). */
export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
});
