/* The sequencer and the indexer of a worker, alone in a process; ends on SIGTERM. */
import { runIndexer, runSealer } from "#server/features/audit/index.ts";

const stopping = new AbortController();
process.once("SIGTERM", () => stopping.abort());
const onError = (error: unknown, tenant?: string) =>
  void process.stderr.write(`${tenant ?? "queue"}: ${String(error)}\n`);
await Promise.all([
  runSealer({ signal: stopping.signal, onError }),
  runIndexer({ signal: stopping.signal, onError }),
]);
const { closePools } = await import("#server/platform/db/tenant-transaction.ts");
await closePools();
