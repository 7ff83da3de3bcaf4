import { readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { pino } from "pino";
import { z } from "zod";
import { DEMO_SOVEREIGNS } from "#server/features/identity/realms/demo-sovereigns.ts";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { startApiServer } from "../kubernetes/api-server.ts";
import { DemoIdentities } from "./demo-identities.ts";
import { tokenOf } from "./demo-kubeconfig.ts";
import { DemoOperator } from "./demo-operator.ts";
import { FolderCluster } from "./folder-cluster.ts";
import { ManifestFolder } from "./manifest-folder.ts";

/** The demo cluster's own process: keeps a folder of manifests alive, serves it as a cluster's API, and
 * makes workload identities. It never runs in production. */
const env = z
  .object({
    CONSOLE_MODE: z.literal("demo", {
      error: "The demo's cluster runs only with CONSOLE_MODE=demo.",
    }),
    DEMO_CLUSTER_DIR: z.string().min(1),
    /** Where workload identities are written; absent: the operator has his own. */
    DEMO_SVIDS_DIR: z.string().min(1).optional(),
    SOVEREIGN: z.string().min(1),
    OPENBAO_ADDR: z.url(),
    OPENBAO_TOKEN_FILE: z.string().min(1),
    /** Where the folder is served as a cluster's API, and to whom: the token of this kubeconfig. */
    DEMO_CLUSTER_PORT: z.coerce.number().int().min(0).max(65_535),
    DEMO_CLUSTER_KUBECONFIG: z.string().min(1),
  })
  .parse(process.env);

const TURN_MILLIS = 1_000;
const log = pino({ name: "demo-cluster" });
const token = SecretValue.of(readFileSync(env.OPENBAO_TOKEN_FILE, "utf8").trim());
const vault = new OpenBaoClient({ address: env.OPENBAO_ADDR, token });
const files = new ManifestFolder(env.DEMO_CLUSTER_DIR);
const operator = new DemoOperator(
  env.DEMO_CLUSTER_DIR,
  async (path) => (await vault.kv.metadata(path))?.currentVersion ?? null,
  files,
);
const cluster = new FolderCluster(files);
const api = await startApiServer({
  port: env.DEMO_CLUSTER_PORT,
  store: cluster.store,
  users: { [tokenOf(env.DEMO_CLUSTER_KUBECONFIG)]: { name: "sovereign-console", rules: "all" } },
  bookmarkMillis: 10_000,
});
const sovereign = DEMO_SOVEREIGNS.find(({ name }) => name === env.SOVEREIGN);
const tenants = [env.SOVEREIGN, ...(sovereign?.tenants.map(({ id }) => id) ?? [])];
const identities = env.DEMO_SVIDS_DIR
  ? new DemoIdentities(env.DEMO_SVIDS_DIR, env.SOVEREIGN, tenants)
  : null;
const stopping = new AbortController();
for (const name of ["SIGTERM", "SIGINT"] as const) process.on(name, () => stopping.abort());

while (!stopping.signal.aborted) {
  try {
    cluster.refresh();
    await identities?.turn(new Date());
    await operator.turn(new Date());
  } catch (err) {
    log.warn({ err }, "the vault or the folder can't be read; trying again");
  }
  await delay(TURN_MILLIS, undefined, { signal: stopping.signal }).catch(() => undefined);
}
await api.close();
await vault.close();
