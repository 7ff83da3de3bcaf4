import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const conditions = ["react-server", ...defaultServerConditions];

/** `npm run test:contract:keyvault`. A real vault answers slowly and wants patience. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["test/contract/key-vault/*.contract.ts"],
    pool: "forks",
    execArgv: ["--conditions=react-server"],
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
});
