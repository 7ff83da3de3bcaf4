import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const conditions = [
  "react-server",
  ...defaultServerConditions.filter((condition) => condition !== "module"),
];

/** `npm run test:peers -- --only s3`. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["test/peers/s3/*.peer.ts"],
    pool: "forks",
    execArgv: ["--conditions=react-server"],
    testTimeout: 60_000,
    hookTimeout: 1_260_000,
  },
});
