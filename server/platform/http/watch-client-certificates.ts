import "server-only";
import { randomBytes } from "node:crypto";
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { IncomingMessage } from "node:http";
import { BlockList, isIP, type Socket } from "node:net";
import { certificateIn, MARK_HEADER, thumbprintOf } from "./client-certificate.ts";

const CHANNEL = "http.server.request.start";

export interface TrustedProxies {
  /** Addresses or CIDR blocks of the proxies that end TLS and ask clients for certificates. */
  readonly proxies: readonly string[];
  /** Where they put the certificate; they take away what callers send under this name. */
  readonly header: string;
}

const shared = globalThis as typeof globalThis & { consoleCertificateMark?: string };

/**
 * Looks at each request of this process's HTTP servers before anything else does, since only here is it
 * known who is at the other end of the socket. A certificate from a trusted proxy is marked with a
 * word that no caller can guess; the header of anybody else is taken away. Gives the way to stop.
 */
export function watchClientCertificates({ proxies, header }: TrustedProxies): () => void {
  const trusted = addressList(proxies);
  shared.consoleCertificateMark ??= randomBytes(32).toString("hex");
  const mark = shared.consoleCertificateMark;
  const name = header.toLowerCase();
  const look = (message: unknown) => {
    const { request, socket } = message as { request: IncomingMessage; socket: Socket };
    delete request.headers[MARK_HEADER];
    const value = request.headers[name];
    if (value === undefined) return;
    delete request.headers[name];
    if (!isAmong(trusted, socket.remoteAddress)) return;
    const certificate = typeof value === "string" ? certificateIn(value) : null;
    if (certificate) request.headers[MARK_HEADER] = `${mark} ${thumbprintOf(certificate)}`;
  };
  subscribe(CHANNEL, look);
  return () => void unsubscribe(CHANNEL, look);
}

/** Throws, naming the entry, for what is neither an address nor a block. */
export function addressList(entries: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of entries) {
    const [address = "", bits, ...more] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    const most = family === "ipv6" ? 128 : 32;
    const isBlock = bits !== undefined && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
    if (isIP(address) === 0 || more.length > 0 || (bits !== undefined && !isBlock)) {
      throw new TypeError(`${entry} is neither an address nor a CIDR block`);
    }
    if (isBlock) list.addSubnet(address, Number(bits), family);
    else list.addAddress(address, family);
  }
  return list;
}

/** An IPv4 peer of a socket that speaks both looks like `::ffff:192.0.2.1`. */
function isAmong(list: BlockList, address: string | undefined): boolean {
  const plain = (address ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
  if (isIP(plain) === 0) return false;
  return list.check(plain, isIP(plain) === 6 ? "ipv6" : "ipv4");
}
