import { isIP } from "node:net";

/**
 * The address that calls are counted by. Whoever calls may begin `X-Forwarded-For` as he likes; each
 * proxy of the installation appends the address it saw, so ours are counted from the end. An IPv6
 * address gives its /64, since one subscriber has all of that. `unknown` when there is none.
 */
export function clientAddress(headers: Headers, trustedProxies: number): string {
  const named = (headers.get("x-forwarded-for") ?? "").split(",").map((part) => part.trim());
  const address = withoutPort(named.at(-trustedProxies) ?? "").replace(/^::ffff:(?=\d+\.)/i, "");
  switch (isIP(address)) {
    case 4:
      return address;
    case 6:
      return network64(address);
    default:
      return "unknown";
  }
}

/** Some proxies append the port: `192.0.2.1:4711`, `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  return /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1] ?? text.replace(/^([\d.]+):\d+$/, "$1");
}

function network64(address: string): string {
  const [head = "", tail] = address.split("%", 1)[0]?.toLowerCase().split("::") ?? [];
  const groups = (part: string | undefined) => (part ? part.split(":") : []);
  // Each side of "::" as it stands; what it stands for is zeros. A dotted end takes two groups.
  const after = groups(tail).flatMap((group) => (group.includes(".") ? ["0", "0"] : [group]));
  const before = groups(head);
  const zeros = tail === undefined ? 0 : 8 - before.length - after.length;
  const all = [...before, ...Array.from({ length: zeros }, () => "0"), ...after];
  const first = all.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${first.join(":")}::/64`;
}
