import type { Ports } from "./child-environment.ts";
import type { ChildSpec } from "./child-process.ts";
import type { DataLayout } from "./data-layout.ts";

interface PartOptions {
  readonly root: string;
  readonly layout: DataLayout;
  readonly ports: Ports;
  /** Environment of console and worker. */
  readonly application: Record<string, string>;
  /** What every program gets of the machine. */
  readonly machine: Record<string, string>;
}

/** Modules marked `server-only` resolve outside of Next under this condition. */
const SERVER = "--conditions=react-server";

/** How each program of the installation is started. */
export function demoParts({ root, layout, ports, application, machine }: PartOptions) {
  const part = (name: string, args: string[], env: Record<string, string>): ChildSpec => ({
    name,
    args,
    env,
    cwd: root,
    logFile: layout.logOf(name),
  });
  const mode = { CONSOLE_MODE: application.CONSOLE_MODE ?? "demo" };
  return {
    vault: part("vault", [SERVER, "server/embedded/vault/main.ts"], {
      ...machine,
      ...mode,
      DEV_VAULT_PORT: String(ports.vault),
      DEV_VAULT_DIR: layout.vault,
      DEV_VAULT_ROOT_TOKEN_FILE: application.OPENBAO_TOKEN_FILE ?? "",
    }),
    replica: part("replica", [SERVER, "server/embedded/vault/main.ts"], {
      ...machine,
      ...mode,
      DEV_VAULT_PORT: String(ports.replica),
      DEV_VAULT_DIR: layout.replica,
      DEV_VAULT_FOLLOWS: layout.vault,
      DEV_VAULT_HOOK_PORT: String(ports.hook),
      DEV_VAULT_ROOT_TOKEN_FILE: application.OPENBAO_TOKEN_FILE ?? "",
    }),
    idp: part("idp", [SERVER, "server/embedded/idp/main.ts"], {
      ...machine,
      ...mode,
      CONSOLE_URL: application.CONSOLE_URL ?? "",
      DEMO: application.SOVEREIGN ?? "",
      DEV_IDP_PORT: String(ports.idp),
      DEV_IDP_DIR: layout.idp,
    }),
    cluster: part("cluster", [SERVER, "server/embedded/cluster/main.ts"], {
      ...machine,
      ...mode,
      DEMO_CLUSTER_DIR: application.KUBERNETES_SNAPSHOT_DIR ?? "",
      DEMO_CLUSTER_PORT: String(ports.cluster),
      DEMO_CLUSTER_KUBECONFIG: layout.kubeconfig,
      ...(application.DEMO_SVIDS_DIR ? { DEMO_SVIDS_DIR: application.DEMO_SVIDS_DIR } : {}),
      SOVEREIGN: application.SOVEREIGN ?? "",
      OPENBAO_ADDR: application.OPENBAO_ADDR ?? "",
      OPENBAO_TOKEN_FILE: application.OPENBAO_TOKEN_FILE ?? "",
    }),
    seed: part("seed", [SERVER, "server/embedded/seed.ts"], application),
    worker: part("worker", [SERVER, "server/worker/main.ts"], withoutRootToken(application)),
    console: part(
      "console",
      ["node_modules/next/dist/bin/next", "start", "-H", "127.0.0.1", "-p", String(ports.console)],
      { ...withoutRootToken(application), NODE_ENV: "production" },
    ),
  };
}

/** Who logs in as himself has no use for the vault's root token. */
function withoutRootToken(application: Record<string, string>): Record<string, string> {
  const { OPENBAO_TOKEN_FILE: _, ...rest } = application;
  return (application.OPENBAO_AUTH ?? "token") === "token" ? application : rest;
}
