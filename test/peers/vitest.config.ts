import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const conditions = ["react-server", ...defaultServerConditions];

/** `npm run test:peers`: one file at a time, since each starts servers that fill the processor. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["test/peers/*.peer.ts"],
    pool: "forks",
    fileParallelism: false,
    execArgv: ["--conditions=react-server"],
    testTimeout: 60_000,
    hookTimeout: 600_000,
    teardownTimeout: 60_000,
  },
});
