import type { AddressInfo } from "node:net";
import { createServer, type TLSSocket } from "node:tls";
import type { ServerTls } from "./http-server.ts";

export interface SyslogRecord {
  readonly priority: number;
  readonly timestamp: string;
  readonly hostname: string;
  readonly appName: string;
  readonly msgId: string;
  /** The enterprise number of our structured data, and its parameters. */
  readonly enterprise: number;
  readonly data: Record<string, string>;
  /** The message behind the BOM, as JSON. */
  readonly message: Record<string, unknown>;
}

export interface SyslogOptions extends ServerTls {
  readonly port?: number;
  /** Ends the connection without having read it all, after so many messages of it. */
  readonly breaksAfter?: () => number | null;
}

const HEADER =
  /^<(\d{1,3})>1 (\S+) (\S+) (\S+) (\S+) (\S+) \[audit@(\d{1,10})((?: [^ =\]"]+="(?:[^"\\\]]|\\["\\\]])*")*)\] \uFEFF(.*)$/s;
const PARAMETER = / ([^ =\]"]+)="((?:[^"\\\]]|\\["\\\]])*)"/g;

/** A receiver of RFC 5425: TLS, frames counted in octets, messages of RFC 5424 read strictly. */
export async function startSyslog(options: SyslogOptions) {
  const records: SyslogRecord[] = [];
  const faults: string[] = [];
  const server = createServer(
    {
      cert: options.cert,
      key: options.key,
      ...(options.clientCa
        ? { ca: options.clientCa, requestCert: true, rejectUnauthorized: true }
        : {}),
    },
    (socket: TLSSocket) => {
      let rest: Buffer = Buffer.alloc(0);
      let count = 0;
      socket.on("error", () => undefined);
      socket.on("data", (chunk: Buffer) => {
        rest = Buffer.concat([rest, chunk]);
        for (;;) {
          const space = rest.indexOf(0x20);
          if (space < 0) return;
          const length = Number(rest.subarray(0, space).toString("ascii"));
          if (!Number.isInteger(length) || length < 1) {
            faults.push("a frame without its length");
            return void socket.destroy();
          }
          if (rest.length < space + 1 + length) return;
          const text = rest.subarray(space + 1, space + 1 + length).toString("utf8");
          rest = rest.subarray(space + 1 + length);
          const record = recordOf(text);
          if (record) records.push(record);
          else faults.push(text.slice(0, 200));
          count += 1;
          if (count === options.breaksAfter?.()) return void socket.destroy();
        }
      });
    },
  );
  server.on("tlsClientError", () => undefined);
  await new Promise<void>((resolve) => server.listen(options.port ?? 0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    records,
    faults,
    stop: () => new Promise<void>((resolve) => void server.close(() => resolve())),
  };
}

function recordOf(text: string): SyslogRecord | null {
  const match = HEADER.exec(text);
  if (!match) return null;
  const [
    ,
    priority = "",
    timestamp = "",
    hostname = "",
    appName = "",
    ,
    msgId = "",
    enterprise = "",
    sd = "",
    json = "",
  ] = match;
  const data = Object.fromEntries(
    [...sd.matchAll(PARAMETER)].map(([, name = "", value = ""]) => [
      name,
      value.replaceAll(/\\(["\\\]])/g, "$1"),
    ]),
  );
  const message = JSON.parse(json) as Record<string, unknown>;
  const numbers = { priority: Number(priority), enterprise: Number(enterprise) };
  return { ...numbers, timestamp, hostname, appName, msgId, data, message };
}
