import { defaultServerConditions } from "vite";
import { defineConfig } from "vitest/config";

const conditions = ["react-server", ...defaultServerConditions];

/** `npm run test:kube-apiserver`: the same contract against a real kube-apiserver with its etcd. */
export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["test/contract/kubernetes-api/*.contract.ts"],
    pool: "forks",
    execArgv: ["--conditions=react-server"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
