import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const conditions = ["react-server", ...defaultServerConditions];

/** `npm run test:contract:openbao`: needs no Postgres. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["test/contract/*.contract.ts"],
    pool: "forks",
    execArgv: ["--conditions=react-server"],
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
