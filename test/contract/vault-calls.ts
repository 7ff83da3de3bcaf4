import { randomBytes } from "node:crypto";
import { request } from "undici";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { type OpenBaoPeer, openBaoPeer } from "./openbao-peer.ts";

export interface VaultAnswer {
  status: number;
  body: Record<string, unknown>;
}

/** A peer with a client of ours, and bare calls for what no client of ours does: setting it up. */
export interface VaultCalls {
  peer: OpenBaoPeer;
  client: OpenBaoClient;
  clientWith(token: string): OpenBaoClient;
  raw(method: string, path: string, body?: unknown, token?: string): Promise<VaultAnswer>;
  /** Mounts an engine under a name of its own, taken away at the end. */
  mount(type: string): Promise<string>;
  enableAuth(type: string): Promise<string>;
  stop(): Promise<void>;
}

export async function vaultCalls(): Promise<VaultCalls> {
  const peer = await openBaoPeer();
  const undo: (() => Promise<unknown>)[] = [];
  const clients: OpenBaoClient[] = [];
  const raw = (method: string, path: string, body?: unknown, token = peer.token) =>
    send(peer.address, method, path, body, token);
  const clientWith = (token: string) => {
    const made = new OpenBaoClient({ address: peer.address, token: SecretValue.of(token) });
    clients.push(made);
    return made;
  };
  const enable = async (area: string, type: string) => {
    const name = `contract-${type}-${randomBytes(4).toString("hex")}`;
    const made = await raw("POST", `sys/${area}/${name}`, { type });
    if (made.status !== 204) throw new Error(`sys/${area} ${type}: ${JSON.stringify(made)}`);
    undo.unshift(() => raw("DELETE", `sys/${area}/${name}`));
    return name;
  };
  return {
    peer,
    client: clientWith(peer.token),
    clientWith,
    raw,
    mount: (type) => enable("mounts", type),
    enableAuth: (type) => enable("auth", type),
    async stop() {
      for (const each of undo) await each();
      for (const each of clients) await each.close();
      await peer.stop();
    },
  };
}

async function send(
  address: string,
  method: string,
  path: string,
  body: unknown,
  token: string,
): Promise<VaultAnswer> {
  const answer = await request(`${address}/v1/${path}`, {
    method: method as "GET",
    headers: {
      ...(token ? { "x-vault-token": token } : {}),
      ...(body === undefined ? {} : { "content-type": "application/json" }),
    },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, body: text ? JSON.parse(text) : {} };
}
