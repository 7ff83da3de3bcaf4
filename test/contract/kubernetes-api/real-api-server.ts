import { type ChildProcess, spawn } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { Agent, fetch } from "undici";
import { freePort } from "#server/embedded/postgres/free-port.ts";
import type { Peer } from "./talk.ts";

export interface RealApiServer extends Peer {
  /** A kubeconfig file of whoever has this token. */
  kubeconfig(token: string): string;
  version: string;
  stop(): Promise<void>;
}

/** The folder with `etcd` and `kube-apiserver`; null when there is none. */
export function assetsDir(): string | null {
  const folder = process.env.KUBEBUILDER_ASSETS;
  if (!folder) return null;
  const missing = ["etcd", "kube-apiserver"].filter((name) => !existsSync(join(folder, name)));
  if (missing.length > 0) throw new Error(`KUBEBUILDER_ASSETS has no ${missing.join(", no ")}`);
  return folder;
}

/** A real kube-apiserver and its etcd, as programs of their own, with nothing in them. */
export async function startRealApiServer(assets: string): Promise<RealApiServer> {
  const folder = mkdtempSync(join(tmpdir(), "kube-apiserver-"));
  const taken = new Set<number>();
  const port = async () => {
    const free = await freePort(0, taken);
    taken.add(free);
    return free;
  };
  const [client, peer, secure] = [await port(), await port(), await port()];
  const tokens = {
    admin: randomBytes(16).toString("hex"),
    reader: randomBytes(16).toString("hex"),
  };
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const keyFile = join(folder, "service-accounts.key");
  writeFileSync(keyFile, privateKey.export({ type: "pkcs8", format: "pem" }));
  const tokenFile = join(folder, "tokens.csv");
  writeFileSync(
    tokenFile,
    `${tokens.admin},admin,1,"system:masters"\n${tokens.reader},console-reader,2\n`,
  );
  const etcd = `http://127.0.0.1:${client}`;
  const programs: ChildProcess[] = [];
  const run = (name: string, args: string[]) => {
    const program = spawn(join(assets, name), args, { stdio: "ignore" });
    programs.push(program);
    return program;
  };
  run("etcd", [
    `--data-dir=${join(folder, "etcd")}`,
    `--listen-client-urls=${etcd}`,
    `--advertise-client-urls=${etcd}`,
    `--listen-peer-urls=http://127.0.0.1:${peer}`,
    "--unsafe-no-fsync",
    "--log-level=error",
  ]);
  const serverArgs = [
    `--etcd-servers=${etcd}`,
    "--bind-address=127.0.0.1",
    `--secure-port=${secure}`,
    `--cert-dir=${join(folder, "certs")}`,
    `--token-auth-file=${tokenFile}`,
    "--authorization-mode=RBAC",
    "--service-cluster-ip-range=10.0.0.0/24",
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${keyFile}`,
    `--service-account-signing-key-file=${keyFile}`,
    "--disable-admission-plugins=ServiceAccount",
    // Chunks are continued from etcd, where they can be compacted away.
    "--feature-gates=ListFromCacheSnapshot=false",
    "--etcd-compaction-interval=0",
  ];
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  const url = `https://127.0.0.1:${secure}`;
  const headers = { authorization: `Bearer ${tokens.admin}` };
  const stop = async () => {
    for (const program of programs.reverse()) {
      const gone = new Promise((resolve) => program.once("exit", resolve));
      if (program.exitCode === null && program.kill("SIGTERM")) await gone;
    }
    await dispatcher.destroy();
    rmSync(folder, { recursive: true, force: true });
  };
  let server = run("kube-apiserver", serverArgs);
  const untilReady = async () => {
    for (let tries = 0; ; tries++) {
      const ready = await fetch(`${url}/readyz`, { dispatcher, headers }).catch(() => null);
      if (ready?.ok) return;
      if (tries > 1_200 || server.exitCode !== null) {
        await stop();
        throw new Error("kube-apiserver did not become ready");
      }
      await delay(100);
    }
  };
  await untilReady();
  const version = (await (await fetch(`${url}/version`, { dispatcher, headers })).json()) as {
    gitVersion: string;
  };
  return {
    url,
    tokens,
    dispatcher,
    version: version.gitVersion,
    kubeconfig(token) {
      const file = join(folder, `kubeconfig-${token.slice(0, 8)}`);
      writeFileSync(file, JSON.stringify(configOf(url, token)));
      return file;
    },
    async compact() {
      const [key, value] = ["passing", "by"].map((text) => Buffer.from(text).toString("base64"));
      const put = await etcdCall(etcd, "put", { key, value });
      const { revision } = (put as { header: { revision: string } }).header;
      await etcdCall(etcd, "compaction", { revision, physical: true });
      // What it saw itself it would still tell: as another replica it knows nothing of before.
      const gone = new Promise((resolve) => server.once("exit", resolve));
      server.kill("SIGTERM");
      await gone;
      server = run("kube-apiserver", serverArgs);
      await untilReady();
    },
    stop,
  };
}

/** etcd's JSON gateway (etcd, "gRPC gateway"). */
async function etcdCall(etcd: string, what: string, body: unknown): Promise<unknown> {
  const answer = await fetch(`${etcd}/v3/kv/${what}`, {
    method: "POST",
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`etcd ${what}: ${answer.status}`);
  return answer.json();
}

function configOf(server: string, token: string) {
  return {
    apiVersion: "v1",
    kind: "Config",
    "current-context": "contract",
    clusters: [{ name: "contract", cluster: { server, "insecure-skip-tls-verify": true } }],
    users: [{ name: "contract", user: { token } }],
    contexts: [{ name: "contract", context: { cluster: "contract", user: "contract" } }],
  };
}
