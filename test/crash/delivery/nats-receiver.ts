import { jetstream, jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { obtainNats } from "#test/peers/nats/obtain-nats.ts";
import { startNats } from "#test/peers/nats/start-nats.ts";
import { PeerUnobtainable } from "#test/peers/peer-unobtainable.ts";
import type { KillableReceiver } from "./killable-receiver.ts";

const STREAM = "audit";
const SUBJECT = "audit.events";
const TWO_MINUTES = 120_000_000_000;

/** Debian's own NATS with a stream on disk; null where it can't be had. */
export async function natsReceiver(): Promise<KillableReceiver | null> {
  const program = await obtainNats().catch((error: unknown) => {
    if (error instanceof PeerUnobtainable) return null;
    throw error;
  });
  if (program === null) return null;
  let server = await startNats(program);
  const { port, directory } = server;
  const asked = async <Answer>(
    ask: (connection: Awaited<ReturnType<typeof connect>>) => Promise<Answer>,
  ) => {
    const connection = await connect({ servers: `127.0.0.1:${port}`, reconnect: false });
    try {
      return await ask(connection);
    } finally {
      await connection.close();
    }
  };
  const made = await asked(async (connection) => {
    const { streams } = await jetstreamManager(connection);
    return streams.add({ name: STREAM, subjects: [SUBJECT], duplicate_window: 5 * TWO_MINUTES });
  });
  if (made.config.name !== STREAM) throw new Error("no stream");
  return {
    name: "nats-jetstream",
    config: { kind: "nats-jetstream", servers: `nats://127.0.0.1:${port}`, subject: SUBJECT },
    async start() {
      server = await startNats(program, { directory, port });
    },
    async kill() {
      process.kill(-server.pid, "SIGKILL");
      await server.stop();
    },
    stop: () => server.stop(),
    ids: () =>
      asked(async (connection) => {
        const { streams } = await jetstreamManager(connection);
        let left = (await streams.info(STREAM)).state.messages;
        const ids: string[] = [];
        if (left === 0) return ids;
        const consumer = await jetstream(connection).consumers.get(STREAM);
        for await (const message of await consumer.fetch({ max_messages: left })) {
          ids.push(message.headers?.get("Nats-Msg-Id") ?? "");
          left -= 1;
          if (left === 0) break;
        }
        return ids;
      }),
  };
}
