import { join } from "node:path";

/** Where everything of one demo Sovereign lies. */
export function dataLayout(dataDir: string) {
  return {
    dataDir,
    postgres: join(dataDir, "pg"),
    vault: join(dataDir, "vault"),
    replica: join(dataDir, "replica"),
    idp: join(dataDir, "idp"),
    cluster: join(dataDir, "cluster"),
    /** The Git repository that says what the cluster should be, and the file that names both. */
    repository: join(dataDir, "desired-repository"),
    clustersFile: join(dataDir, "clusters.json"),
    ingestFile: join(dataDir, "ingest.json"),
    kubeconfig: join(dataDir, "keys", "kubeconfig"),
    /** What the demo's receiver of audit logs was sent. */
    siem: join(dataDir, "siem"),
    /** The demo's witness: what it cosigned last. */
    witness: join(dataDir, "witness"),
    certificates: join(dataDir, "certificates"),
    keys: join(dataDir, "keys"),
    logs: join(dataDir, "logs"),
    lock: join(dataDir, "supervisor.lock"),
    runtime: join(dataDir, "runtime.json"),
    logOf: (name: string) => join(dataDir, "logs", `${name}.log`),
  };
}

export type DataLayout = ReturnType<typeof dataLayout>;
