import { STATUS_CODES } from "node:http";

interface ListPacket extends AsyncIterable<never> {
  method: "LIST";
  url: string;
  headers: Record<string, string>;
}

/** Reads a bodiless `LIST … HTTP/1.1` packet; null when it isn't a whole one. */
export function parseListPacket(packet: Buffer | undefined): ListPacket | null {
  const head = packet?.toString("latin1").split("\r\n\r\n");
  const [requestLine = "", ...lines] = (head?.[0] ?? "").split("\r\n");
  const url = /^LIST (\/\S*) HTTP\/1\.1$/.exec(requestLine)?.[1];
  if (!url || head?.length !== 2) return null;
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon > 0) headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
  }
  return { method: "LIST", url, headers, async *[Symbol.asyncIterator]() {} };
}

/** A whole HTTP/1.1 answer that closes the connection. */
export function rawReply(status: number, body: string): string {
  const head = [
    `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ""}`,
    "Content-Type: application/json",
    "Cache-Control: no-store",
    `Content-Length: ${Buffer.byteLength(body)}`,
    "Connection: close",
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}
