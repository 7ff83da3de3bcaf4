import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { createVaultServer } from "#server/embedded/vault/vault-server.ts";
import { VaultStore } from "#server/embedded/vault/vault-store.ts";
import { obtainOpenBao } from "../peers/openbao/obtain-openbao.ts";
import { freePorts, startServer } from "../peers/running-server.ts";
import { makeTestAuthority } from "./test-authority.ts";

export interface OpenBaoTlsPeer {
  address: string;
  token: string;
  /** PEM of the authority of its own certificate. */
  ca: string;
  stop(): Promise<void>;
}

/** Like `openBaoPeer`, but over TLS: a real OpenBao of our own where `OPENBAO_ADDR` asks for a real one. */
export async function openBaoTlsPeer(): Promise<OpenBaoTlsPeer> {
  const directory = mkdtempSync(join(tmpdir(), "openbao-tls-"));
  const forget = () => rmSync(directory, { recursive: true, force: true });
  return process.env.OPENBAO_ADDR
    ? realPeer(directory, forget)
    : developmentPeer(directory, forget);
}

async function developmentPeer(directory: string, forget: () => void): Promise<OpenBaoTlsPeer> {
  const authority = await makeTestAuthority("Vault TLS");
  const tls = await authority.issue({ commonName: "localhost", dns: "localhost" });
  const store = new VaultStore(directory);
  const tokenFile = join(directory, "root-token");
  store.adoptRootToken(tokenFile);
  const server = createVaultServer({ store, tls });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    address: `https://localhost:${(server.address() as AddressInfo).port}`,
    token: readFileSync(tokenFile, "utf8"),
    ca: authority.certificate,
    async stop() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
      forget();
    },
  };
}

async function realPeer(directory: string, forget: () => void): Promise<OpenBaoTlsPeer> {
  const program = await obtainOpenBao();
  const [port = 0] = await freePorts(1);
  const address = `https://127.0.0.1:${port}`;
  const token = randomBytes(24).toString("hex");
  const caFile = join(directory, "vault-ca.pem");
  const server = await startServer({
    name: "OpenBao over TLS",
    program,
    args: [
      ...["server", "-dev", "-dev-tls", `-dev-tls-cert-dir=${directory}`],
      ...["-dev-no-store-token", `-dev-listen-address=127.0.0.1:${port}`],
    ],
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      BAO_DEV_ROOT_TOKEN_ID: token,
    } as unknown as NodeJS.ProcessEnv,
    logFile: join(directory, "openbao.log"),
    isReady: () =>
      promisify(execFile)(program, ["status", `-address=${address}`, `-ca-cert=${caFile}`]).then(
        () => true,
        () => false,
      ),
    startTimeout: 30_000,
  });
  return {
    address,
    token,
    ca: readFileSync(caFile, "utf8"),
    async stop() {
      await server.stop();
      forget();
    },
  };
}
