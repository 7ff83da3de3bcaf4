import { type HttpCall, type HttpReply, startHttp } from "./http-server.ts";

export interface SplunkOptions {
  readonly token: string;
  readonly indexes?: readonly string[];
  readonly hasAcknowledgement?: boolean;
  readonly maxBodyBytes?: number;
  /** Times that an acknowledgement is asked for before it is given; Infinity for never. */
  readonly writtenAfterPolls?: number;
  readonly isBusy?: () => boolean;
}

/**
 * Splunk's HTTP Event Collector as its reference says it: `Splunk` tokens, a channel where
 * acknowledgement is on, events as JSON objects one after another, codes of its own with 400 and 403,
 * `ackId` and the query for it. https://help.splunk.com "Troubleshoot HTTP Event Collector"
 */
export async function startSplunk(options: SplunkOptions) {
  const events: Record<string, unknown>[] = [];
  const polls = new Map<number, number>();
  const said = (status: number, code: number, text: string): HttpReply => ({
    status,
    body: { text, code },
  });
  const hasAcks = options.hasAcknowledgement ?? true;

  const take = (call: HttpCall): HttpReply => {
    if (options.isBusy?.()) return said(503, 9, "Server is busy");
    if (hasAcks && !channelOf(call)) return said(400, 10, "Data channel is missing");
    if (call.body.trim() === "") return said(400, 5, "No data");
    const read = objectsIn(call.body);
    if (!read) return said(400, 6, "Invalid data format");
    for (const event of read) {
      if (!("event" in event)) return said(400, 12, "Event field is required");
      if (event.event === "") return said(400, 13, "Event field cannot be blank");
      const { index } = event;
      if (typeof index === "string" && !options.indexes?.includes(index)) {
        return said(400, 7, "Incorrect index");
      }
    }
    events.push(...read);
    if (!hasAcks) return said(200, 0, "Success");
    const ackId = polls.size;
    polls.set(ackId, 0);
    return { status: 200, body: { text: "Success", code: 0, ackId } };
  };

  const acknowledge = (call: HttpCall): HttpReply => {
    if (!hasAcks) return said(400, 14, "ACK is disabled");
    const { acks } = JSON.parse(call.body) as { acks: number[] };
    const answers = acks.map((id) => {
      const count = (polls.get(id) ?? Number.NEGATIVE_INFINITY) + 1;
      if (polls.has(id)) polls.set(id, count);
      return [String(id), count > (options.writtenAfterPolls ?? 0)] as const;
    });
    return { status: 200, body: { acks: Object.fromEntries(answers) } };
  };

  const server = await startHttp((call) => {
    const { authorization } = call.headers;
    if (!authorization) return said(401, 2, "Token is required");
    if (authorization !== `Splunk ${options.token}`) return said(403, 4, "Invalid token");
    if (Buffer.byteLength(call.body) > (options.maxBodyBytes ?? 1_000_000)) return { status: 413 };
    if (call.path === "/services/collector/event") return take(call);
    if (call.path === "/services/collector/ack") return acknowledge(call);
    return { status: 404 };
  });
  return { ...server, events };
}

function channelOf({ headers, query }: HttpCall): string | null {
  return query.get("channel") ?? headers["x-splunk-request-channel"]?.toString() ?? null;
}

/** Objects that stand one after another, with or without white space; null when one can't be read. */
function objectsIn(body: string): Record<string, unknown>[] | null {
  const found: Record<string, unknown>[] = [];
  let depth = 0;
  let start = 0;
  let isText = false;
  for (let at = 0; at < body.length; at += 1) {
    const letter = body[at];
    if (isText) {
      if (letter === "\\") at += 1;
      else if (letter === '"') isText = false;
    } else if (letter === '"') isText = true;
    else if (letter === "{" && depth++ === 0) start = at;
    else if (letter === "}" && --depth === 0) {
      try {
        found.push(JSON.parse(body.slice(start, at + 1)) as Record<string, unknown>);
      } catch {
        return null;
      }
    }
  }
  return depth === 0 && !isText ? found : null;
}
