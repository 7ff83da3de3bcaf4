import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { startHttp } from "#server/integrations/sinks/testing/http-server.ts";
import { startOpenSearch } from "#server/integrations/sinks/testing/opensearch-server.ts";

/*
 * A receiver in a process of its own, so that it can be killed: RECEIVER_KIND `opensearch` or `webhook`,
 * on RECEIVER_PORT, keeping what it takes in RECEIVER_FILE, a line an event, before it answers.
 */
const { RECEIVER_KIND: kind, RECEIVER_PORT: port = "0", RECEIVER_FILE: file = "" } = process.env;
if (kind === "opensearch") await startOpenSearch({ port: Number(port), file });
else await startWebhook(Number(port));
process.stdout.write("ready\n");

/** Idempotent by the events' ids, as a receiver of CloudEvents should be. */
function startWebhook(at: number) {
  const lines = existsSync(file) ? readFileSync(file, "utf8").split("\n").filter(Boolean) : [];
  const seen = new Set(lines.map((line) => (JSON.parse(line) as { id: string }).id));
  return startHttp(
    ({ body }) => {
      const events = eventsIn(body);
      if (!events) return { status: 400 };
      for (const { id } of events) {
        if (seen.has(id)) continue;
        appendFileSync(file, `${JSON.stringify({ id })}\n`);
        seen.add(id);
      }
      return { status: 202 };
    },
    { port: at },
  );
}

/** Null for what is no batch: whoever sent it is told so, and the receiver lives on. */
function eventsIn(body: string): { id: string }[] | null {
  try {
    return JSON.parse(body) as { id: string }[];
  } catch {
    return null;
  }
}
