import "server-only";
import { isIP } from "node:net";
import { connect, type TLSSocket } from "node:tls";
import type { z } from "zod";
import type { SyslogTlsConfig } from "#server/engines/delivery/sink-kinds.ts";
import { guardedLookup } from "../webhook/guarded-lookup.ts";
import { ADDRESS_REFUSED } from "../webhook/transport-fault.ts";
import type { DeliveryOutcome, Sink, SinkWorld } from "./sink.ts";
import { octetCounted, syslogMessage } from "./syslog-message.ts";
import { secretsOf } from "./tls-secrets.ts";
import { transportTrouble } from "./transport-trouble.ts";

const FIELDS = { address: "host", trust: "ca" };
const TIMEOUT_MILLIS = 12_000;

/**
 * Syslog over TLS (RFC 5425, messages of RFC 5424). The protocol acknowledges nothing, so each batch
 * has a connection of its own, and counts as delivered only when the receiver, having read to our end,
 * ends its side in order (RFC 5425 §4.4); a connection that breaks before is sent again whole. An event
 * that comes twice has the same `id` in its structured data.
 */
export async function syslogTlsSink(
  config: z.infer<typeof SyslogTlsConfig>,
  world: SinkWorld,
  { timeoutMillis = TIMEOUT_MILLIS } = {},
): Promise<Sink> {
  const { ca, clientCertificate, clientKey } = await secretsOf(config, world);
  const receiver = `${config.host}:${config.port}`;

  const transmit = async (frames: readonly Buffer[], signal: AbortSignal): Promise<void> => {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMillis)]);
    try {
      signal.throwIfAborted();
      if (isIP(config.host) && !world.isAllowedAddress(config.host)) {
        throw Object.assign(new Error("address refused"), { code: ADDRESS_REFUSED });
      }
      const socket = connect({
        host: config.host,
        port: config.port,
        ...(isIP(config.host) ? {} : { servername: config.host }),
        lookup: guardedLookup((address) => world.isAllowedAddress(address)),
        minVersion: "TLSv1.2",
        ...(ca ? { ca } : {}),
        ...(clientCertificate ? { cert: clientCertificate } : {}),
        ...(clientKey ? { key: clientKey.reveal() } : {}),
      });
      await sent(socket, frames, limit);
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      throw transportTrouble(error, receiver, FIELDS);
    }
  };

  return {
    async deliver(events, signal) {
      const messages = events.map((event) => syslogMessage(event, config));
      const frames = messages.filter((message) => message !== null).map(octetCounted);
      if (frames.length > 0) await transmit(frames, signal);
      return messages.map(
        (message): DeliveryOutcome =>
          message === null
            ? { kind: "rejected", reason: `is longer than ${config.maxMessageBytes} bytes` }
            : { kind: "delivered" },
      );
    },
    /** Both handshakes, and an orderly end: with TLS 1.3 a refused client certificate shows only then. */
    check: (signal) => transmit([], signal),
    close: async () => undefined,
  };
}

/** Resolves when everything was written and the peer, after our end, ended in order. Always destroys the socket. */
async function sent(
  socket: TLSSocket,
  frames: readonly Buffer[],
  limit: AbortSignal,
): Promise<void> {
  let hasEnded = false;
  try {
    await new Promise<void>((resolve, reject) => {
      const lost = () =>
        reject(Object.assign(new Error("the connection ended too early"), { code: "ECONNRESET" }));
      socket.once("error", reject);
      socket.once("close", lost);
      socket.once("end", () => (hasEnded ? resolve() : lost()));
      limit.addEventListener("abort", () => reject(limit.reason), { once: true });
      // A receiver says nothing; what it says anyway is read, so that its end is seen.
      socket.resume();
      socket.once("secureConnect", () => {
        for (const frame of frames) socket.write(frame);
        socket.end(() => {
          hasEnded = true;
        });
      });
    });
  } finally {
    socket.on("error", () => undefined);
    socket.destroy();
  }
}
