import { lookup } from "node:dns/promises";
import { isIP } from "node:net";
import { connect, type NatsConnection } from "@nats-io/transport-node";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { natsLogin } from "../nats/nats-login.ts";
import { ADDRESS_REFUSED } from "../webhook/transport-fault.ts";
import { natsTrouble } from "./nats-trouble.ts";
import type { SinkWorld } from "./sink.ts";
import type { TlsSecrets } from "./tls-secrets.ts";

interface Where {
  readonly servers: string;
  readonly subject: string;
  readonly stream: string;
  readonly username: string;
}

/**
 * A connection to the first of the servers that has one for us. Names are resolved here and each
 * address is judged; the very address is dialled, the name is what its certificate must say. It does
 * not reconnect by itself and follows no other server's advice: who needs it again asks again. A server
 * named `tls://` gets our login over TLS or not at all.
 */
export async function connectNats(
  where: Where,
  secrets: TlsSecrets & { token: SecretValue | null },
  world: SinkWorld,
  timeoutMillis: number,
): Promise<NatsConnection> {
  let last: unknown;
  for (const server of where.servers.split(",").map((each) => each.trim())) {
    try {
      return await connectOne(new URL(server), where, secrets, world, timeoutMillis);
    } catch (error) {
      last = natsTrouble(error, where, server);
    }
  }
  throw last;
}

async function connectOne(
  server: URL,
  { username }: Where,
  { ca, clientCertificate, clientKey, token }: TlsSecrets & { token: SecretValue | null },
  world: SinkWorld,
  timeout: number,
): Promise<NatsConnection> {
  const name = server.hostname.replace(/^\[|\]$/g, "");
  const addresses = isIP(name) ? [name] : (await lookup(name, { all: true })).map((a) => a.address);
  if (!addresses.every((each) => world.isAllowedAddress(each))) {
    throw Object.assign(new Error("address refused"), { code: ADDRESS_REFUSED });
  }
  const tls = {
    ...(isIP(name) ? {} : { servername: name }),
    ...(ca ? { ca } : {}),
    ...(clientCertificate ? { cert: clientCertificate } : {}),
    ...(clientKey ? { key: clientKey.reveal() } : {}),
  };
  const options = {
    name: "sovereign-console",
    reconnect: false,
    ignoreClusterUpdates: true,
    timeout,
    ...(server.protocol === "tls:" ? { tls } : {}),
    ...natsLogin(username, token),
  };
  const port = server.port || "4222";
  const connection = await firstOf(addresses, (address) =>
    connect({ ...options, servers: `${isIP(address) === 6 ? `[${address}]` : address}:${port}` }),
  );
  // A connection that breaks says so to whoever uses it next; nobody else listens.
  connection.closed().catch(() => undefined);
  return connection;
}

/** A name may stand for addresses of which one has no server. */
async function firstOf(
  addresses: readonly string[],
  dial: (address: string) => Promise<NatsConnection>,
): Promise<NatsConnection> {
  let last: unknown;
  for (const address of addresses) {
    try {
      return await dial(address);
    } catch (error) {
      last = error;
    }
  }
  throw last;
}
