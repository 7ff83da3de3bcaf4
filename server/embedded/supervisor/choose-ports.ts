import { freePort } from "../postgres/free-port.ts";
import type { Ports } from "./child-environment.ts";

export const DEFAULT_PORTS: Ports = {
  console: 3000,
  postgres: 54_320,
  vault: 8200,
  replica: 8210,
  hook: 8211,
  cluster: 8212,
  siem: 8215,
  witness: 8216,
  idp: 8080,
};

/** The wanted ports, or for each that is taken the next free one, with a word about it. */
export async function choosePorts(wanted: Ports, say: (line: string) => void): Promise<Ports> {
  const given = new Set<number>();
  const chosen: Record<string, number> = {};
  for (const [name, port] of Object.entries(wanted)) {
    const free = await freePort(port, given);
    if (port !== 0 && free !== port) say(`Port ${port} is taken: the ${name} uses ${free}.`);
    given.add(free);
    chosen[name] = free;
  }
  return chosen as unknown as Ports;
}
