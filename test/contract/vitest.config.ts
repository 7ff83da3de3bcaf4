import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const conditions = ["react-server", ...defaultServerConditions];

/** `npm run test:contract:openbao`. The Postgres is for the database engine to make logins in. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["test/contract/*.contract.ts"],
    globalSetup: ["test/harness/global-postgres.ts"],
    pool: "forks",
    execArgv: ["--conditions=react-server"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
