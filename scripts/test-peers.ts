/**
 * `npm run test:peers`: the real Keycloak and the real OpenBao in place of our development ones. A peer
 * that cannot be had here is skipped by name; with PEERS=required the lack of Keycloak is a failure.
 * NATS and rsyslog come from Debian's packages. `npm run test:peers -- --only keycloak|openbao|nats|rsyslog`
 * for one of them; arguments after name test files.
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { KEYCLOAK_RELEASE } from "../test/peers/keycloak/keycloak-release.ts";
import { obtainKeycloak } from "../test/peers/keycloak/obtain-keycloak.ts";
import { obtainNats } from "../test/peers/nats/obtain-nats.ts";
import { obtainOpenBao } from "../test/peers/openbao/obtain-openbao.ts";
import { OPENBAO_RELEASE } from "../test/peers/openbao/openbao-release.ts";
import { startOpenBao } from "../test/peers/openbao/start-openbao.ts";
import { PeerUnobtainable } from "../test/peers/peer-unobtainable.ts";
import { obtainRsyslog } from "../test/peers/rsyslog/obtain-rsyslog.ts";
import { runVitest, type Tally } from "../test/peers/run-vitest.ts";
import { obtainVersitygw } from "../test/peers/s3/obtain-versitygw.ts";
import { VERSITYGW_RELEASE } from "../test/peers/s3/versitygw-release.ts";

const root = join(import.meta.dirname, "..");
const { values, positionals } = parseArgs({
  options: { only: { type: "string" } },
  allowPositionals: true,
});
const stopping = new AbortController();
for (const name of ["SIGINT", "SIGTERM"] as const) process.on(name, () => stopping.abort());
const say = (line: string) => void process.stdout.write(`${line}\n`);

interface Peer {
  readonly id: string;
  readonly name: string;
  readonly isRequired: boolean;
  run(): Promise<Tally>;
}

const peers: readonly Peer[] = [
  {
    id: "keycloak",
    name: `Keycloak ${KEYCLOAK_RELEASE.version}`,
    isRequired: true,
    async run() {
      await obtainKeycloak();
      const config = "test/peers/vitest.config.ts";
      return runVitest({ root, config, files: positionals, signal: stopping.signal });
    },
  },
  {
    id: "openbao",
    name: `OpenBao ${OPENBAO_RELEASE.version}`,
    isRequired: false,
    async run() {
      const openBao = await startOpenBao(await obtainOpenBao());
      try {
        const env = { OPENBAO_ADDR: openBao.address, OPENBAO_TOKEN: openBao.token };
        const config = "test/contract/vitest.config.ts";
        return await runVitest({ root, config, env, signal: stopping.signal });
      } finally {
        await openBao.stop();
      }
    },
  },
  {
    id: "s3",
    name: `Versity S3 Gateway ${VERSITYGW_RELEASE.version}`,
    isRequired: false,
    async run() {
      await obtainVersitygw();
      const config = "test/peers/s3/vitest.config.ts";
      return runVitest({ root, config, signal: stopping.signal });
    },
  },
  sinkPeer("nats", "NATS with JetStream", obtainNats),
  sinkPeer("rsyslog", "rsyslog with TLS", obtainRsyslog),
];

/** A receiver from Debian's packages, which its own test file starts and kills. */
function sinkPeer(id: string, name: string, obtain: () => Promise<string>): Peer {
  return {
    id,
    name,
    isRequired: false,
    async run() {
      await obtain();
      const config = "test/peers/sinks/vitest.config.ts";
      const files = [`test/peers/${id}/`];
      return runVitest({ root, config, files, signal: stopping.signal });
    },
  };
}

async function main(): Promise<number> {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const report: string[] = [];
  for (const peer of peers.filter((each) => !values.only || each.id === values.only)) {
    if (stopping.signal.aborted) {
      report.push(`${peer.name}: not run`);
      continue;
    }
    say(`\n== ${peer.name}`);
    const startedAt = Date.now();
    const { tally, note } = await outcomeOf(peer);
    const seconds = Math.round((Date.now() - startedAt) / 1000);
    report.push(`${peer.name}: ${note} in ${seconds} s`);
    total.passed += tally.passed;
    total.failed += tally.failed;
    total.skipped += tally.skipped;
  }
  say(`\n${report.join("\n")}`);
  say(`Peers: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return total.failed === 0 && report.length > 0 && !stopping.signal.aborted ? 0 : 1;
}

async function outcomeOf(peer: Peer): Promise<{ tally: Tally; note: string }> {
  try {
    const tally = await peer.run();
    const { passed, failed, skipped } = tally;
    return { tally, note: `${passed} passed, ${failed} failed, ${skipped} skipped` };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const isLacking = error instanceof PeerUnobtainable;
    const isSkipped = isLacking && !(peer.isRequired && process.env.PEERS === "required");
    if (isSkipped) {
      return { tally: { passed: 0, failed: 0, skipped: 1 }, note: `SKIPPED (${reason})` };
    }
    const note = isLacking ? `FAILED, it is required (${reason})` : `FAILED (${reason})`;
    return { tally: { passed: 0, failed: 1, skipped: 0 }, note };
  }
}

process.exit(await main());
