import { readFileSync } from "node:fs";
import { join } from "node:path";
import pg from "pg";
import { dataLayout } from "#server/embedded/supervisor/data-layout.ts";
import { supervise } from "#server/embedded/supervisor/supervise.ts";
import { removeThrowaway, throwawayDirectory } from "#test/harness/throwaway-directory.ts";

export interface RunningConsole {
  readonly url: string;
  /** As the database's superuser: to see what is stored and to let time pass. */
  readonly database: pg.Client;
  stop(): Promise<void>;
}

const ROOT = join(import.meta.dirname, "../../..");

/** The whole console with throwaway data, asking the identity providers of this `identity.json`. */
export async function startConsole(options: {
  sovereign: string;
  port: number;
  identityFile: string;
}): Promise<RunningConsole> {
  process.env.IDENTITY_CONFIG = options.identityFile;
  const dataDir = await throwawayDirectory();
  const stopping = new AbortController();
  try {
    const running = await supervise({
      root: ROOT,
      sovereign: options.sovereign,
      dataDir,
      ports: {
        console: options.port,
        postgres: 0,
        vault: 0,
        replica: 0,
        hook: 0,
        cluster: 0,
        siem: 0,
        witness: 0,
        idp: 0,
      },
      signal: stopping.signal,
      say: (line) => void process.stderr.write(`${line}\n`),
    });
    const { consoleUrl, ports } = running.runtime;
    const password = readFileSync(join(dataLayout(dataDir).keys, "postgres.password"), "utf8");
    const database = new pg.Client({
      connectionString: `postgresql://postgres:${password.trim()}@127.0.0.1:${ports.postgres}/console`,
    });
    await database.connect();
    return {
      url: consoleUrl,
      database,
      async stop() {
        await database.end();
        await running.stop();
        await removeThrowaway(dataDir);
      },
    };
  } catch (error) {
    await removeThrowaway(dataDir);
    throw error;
  }
}
