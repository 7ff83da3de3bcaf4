import { BlockList, isIP } from "node:net";
import { AppError } from "#server/platform/errors/app-error.ts";

const refusedV4 = new BlockList();
// IANA special-purpose registry: what is not globally reachable, multicast, and reserved.
for (const [network, prefix] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const) {
  refusedV4.addSubnet(network, prefix, "ipv4");
}

const globalV6 = new BlockList();
globalV6.addSubnet("2000::", 3, "ipv6");
const refusedV6 = new BlockList();
// Inside 2000::/3: Teredo and other protocol assignments, documentation, 6to4 (carries any IPv4).
for (const [network, prefix] of [
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
] as const) {
  refusedV6.addSubnet(network, prefix, "ipv6");
}

/** Whether an address is on the public internet: anything unknown is not. */
export function isPublicAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 4) return !refusedV4.check(address, "ipv4");
  if (family === 6) return globalV6.check(address, "ipv6") && !refusedV6.check(address, "ipv6");
  return false;
}

const INTERNAL_NAME = /(^|\.)(localhost|local|internal|home\.arpa|localdomain)$/;

/**
 * The normal form of a webhook's address. Throws `invalid`, saying what to change, on what the
 * installation must not be made to call; a demo may call its own machine, without TLS.
 */
export function webhookUrl(text: string, isDemo: boolean): string {
  const refuse = (message: string, remedy: string, key: string) =>
    new AppError("invalid", `url: ${message}`, { field: "url", said: { key }, remedy });
  if (!URL.canParse(text)) {
    throw refuse("is not a URL", "Give the whole address, with https://.", "address.notWhole");
  }
  const url = new URL(text);
  if (url.protocol !== "https:" && !(isDemo && url.protocol === "http:")) {
    throw refuse("must begin with https://", "Serve the receiver over TLS.", "address.needsTls");
  }
  if (url.username !== "" || url.password !== "") {
    throw refuse(
      "must not hold a user or a password",
      "Verify our signature instead.",
      "address.holdsLogin",
    );
  }
  url.hash = "";
  const host = url.hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
  const isInside = isIP(host) ? !isPublicAddress(host) : isInternalName(host);
  if (isInside && !isDemo) {
    throw refuse(
      "points into a private network, where the console must not be sent",
      "Use an address of the public internet.",
      "address.privateNetwork",
    );
  }
  return url.href;
}

function isInternalName(host: string): boolean {
  return INTERNAL_NAME.test(host) || !host.includes(".");
}
