import { availableParallelism } from "node:os";
import { join } from "node:path";
import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";
import { SlowestFirst } from "./test/harness/slowest-first.ts";

// Hundreds of workers are started and killed: each would compile the same files anew, most of its start.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/node-compile");

/**
 * Server code runs under the same conditions as the worker: `server-only` resolves, and packages do as in Node,
 * which does not know the bundlers' `module`.
 */
const serverConditions = [
  "react-server",
  ...defaultServerConditions.filter((condition) => condition !== "module"),
];
const serverCode = {
  resolve: { conditions: serverConditions },
  ssr: { resolve: { conditions: serverConditions, externalConditions: serverConditions } },
};
const execArgv = ["--conditions=react-server"];
const exclude = ["**/node_modules/**", "**/.next/**", "**/.data/**", "e2e/**"];

export default defineConfig({
  oxc: { jsx: { runtime: "automatic" } },
  test: {
    teardownTimeout: 30_000,
    // Integration tests mostly wait (for Postgres, processes, leases): two more workers pay on 2 cores.
    maxWorkers: Math.max(4, availableParallelism()),
    sequence: { sequencer: SlowestFirst },
    passWithNoTests: false,
    projects: [
      {
        ...serverCode,
        extends: true,
        test: {
          name: "unit",
          include: ["**/*.test.ts"],
          exclude: [...exclude, "**/*.int.test.ts"],
          setupFiles: ["test/harness/property-seed.ts"],
          pool: "threads",
          testTimeout: 60_000,
          execArgv,
        },
      },
      {
        extends: true,
        test: {
          name: "components",
          include: ["**/*.test.tsx"],
          exclude,
          testTimeout: 60_000,
        },
      },
      {
        ...serverCode,
        extends: true,
        test: {
          name: "integration",
          include: ["**/*.int.test.ts"],
          exclude,
          globalSetup: ["test/harness/global-postgres.ts"],
          setupFiles: ["test/harness/property-seed.ts", "test/harness/integration-setup.ts"],
          pool: "forks",
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Real processes and leases on a machine of unknown speed: a second try in the gate only,
          // and the report says `(retry x1)` beside whatever needed it.
          retry: process.env.CI ? 1 : 0,
          execArgv,
        },
      },
    ],
  },
});
