import { readFileSync, writeFileSync } from "node:fs";
import type { Server } from "node:http";
import { join } from "node:path";
import { cosigner, formatCosignerKey } from "#server/engines/merkle/cosigner-key.ts";
import { logSignerOf } from "#server/engines/merkle/log-signer.ts";
import { type NoteVerifier, noteVerifier } from "#server/engines/merkle/note-key.ts";
import { FollowedLogs } from "#server/integrations/witness/followed-logs.ts";
import { witnessServer } from "#server/integrations/witness/witness-server.ts";
import { WitnessStore } from "#server/integrations/witness/witness-store.ts";

const NAME = "witness.console.local/demo";

interface DemoWitnessOptions {
  /** Keeps what was cosigned last, and `witnesses.json` for the worker. */
  dir: string;
  port: number;
  /** The witness's own seed, 64 hexadecimal digits. */
  seed: string;
  /** Of the logs that it watches: every log of this origin, tenants of later days too. */
  logOrigin: string;
  logSigningFile: string;
  /** Where the worker publishes the lists of the logs' keys (`LOG_KEYS_DIR`). */
  keyLists: string;
}

/**
 * The demo's witness, a stranger's in earnest: it speaks the same protocol, keeps its own key and its own
 * state, and cosigns only what grew. It makes the logs' first public keys from the demo's seed, where a
 * stranger would be told them, and follows the handovers from there to later ones. Not listening yet; `close` gives its folder free.
 */
export function demoWitness({
  dir,
  port,
  seed,
  logOrigin,
  logSigningFile,
  keyLists,
}: DemoWitnessOptions): { server: Server; close(): void } {
  const store = new WitnessStore(dir);
  const signer = cosigner(NAME, new Uint8Array(Buffer.from(seed, "hex")));
  const logSeed = Buffer.from(readFileSync(logSigningFile, "utf8").trim(), "hex");
  const witnesses = [{ url: `http://127.0.0.1:${port}`, key: formatCosignerKey(signer) }];
  writeFileSync(witnessesFile(dir), JSON.stringify({ witnesses }));
  const first = new DemoLogs(logSeed, logOrigin);
  const logs = new FollowedLogs((origin) => {
    const key = first.get(origin);
    return key && [key];
  }, keyLists);
  const server = witnessServer({ signer, store, logs });
  return {
    server,
    close() {
      server.closeAllConnections();
      server.close();
      store.close();
    },
  };
}

/** What `WITNESSES_FILE` names in the demo. */
export function witnessesFile(dir: string): string {
  return join(dir, "witnesses.json");
}

/** The first public keys of the demo's logs, each made when it is asked for first. */
class DemoLogs extends Map<string, NoteVerifier> {
  readonly #seed: Uint8Array;
  readonly #prefix: string;

  constructor(seed: Uint8Array, logOrigin: string) {
    super();
    this.#seed = seed;
    this.#prefix = `${logOrigin}/`;
  }

  override get(origin: string): NoteVerifier | undefined {
    if (!origin.startsWith(this.#prefix)) return undefined;
    const known = super.get(origin);
    if (known) return known;
    const { name, publicKey } = logSignerOf(this.#seed, origin);
    const verifier = noteVerifier(name, publicKey);
    this.set(origin, verifier);
    return verifier;
  }
}
