import "server-only";
import { BlockList, isIP } from "node:net";
import type { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import { isPublicAddress, webhookUrl } from "#server/features/alerts/index.ts";
import { env } from "#server/platform/env/env.ts";
import { AppError } from "#server/platform/errors/app-error.ts";

/**
 * Whether a sink's driver may connect to an address: the public internet, what the operator allows in
 * SINK_NETWORKS, and in a demo everything.
 */
export function isSinkAddress(address: string): boolean {
  return env().CONSOLE_MODE === "demo" || isPublicAddress(address) || isAllowedInside(address);
}

/** Throws `invalid`, naming the field and what to change, on what the installation must not be made to call. */
export function refuseTarget(config: SinkConfig): void {
  const isDemo = env().CONSOLE_MODE === "demo";
  if ("url" in config) refuseUrl("url", config.url, isDemo);
  if (config.kind === "syslog-tls") refuseHost("host", config.host, isDemo);
  if (config.kind === "nats-jetstream") {
    for (const server of config.servers.split(",").map((each) => each.trim())) {
      if (!URL.canParse(server))
        throw refusal(
          "servers",
          "is not an address",
          "Write it like tls://nats.example:4222.",
          "sink.notAnAddress",
        );
      const { protocol, hostname, username, password } = new URL(server);
      if (username !== "" || password !== "") {
        throw refusal(
          "servers",
          "must not hold a user or a password",
          "Keep the token in the vault and name it.",
          "sink.holdsLogin",
        );
      }
      if (protocol !== "tls:" && !isDemo) {
        throw refusal(
          "servers",
          "must begin with tls://",
          "Let the server speak TLS.",
          "sink.needsTls",
        );
      }
      refuseHost("servers", hostname, isDemo);
    }
  }
}

function refuseUrl(field: string, text: string, isDemo: boolean): void {
  const url = URL.canParse(text) ? new URL(text) : null;
  // What the operator allows inside is held against the rest of the rules only.
  if (url && isExcused(bare(url.hostname))) url.hostname = "sink.example.com";
  try {
    webhookUrl(url?.href ?? text, isDemo);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new AppError("invalid", `config.${error.message}`, {
      ...error.details,
      field: `config.${field}`,
    });
  }
}

function refuseHost(field: string, text: string, isDemo: boolean): void {
  const host = bare(text);
  if (isDemo || isExcused(host)) return;
  const isInside = isIP(host) ? !isPublicAddress(host) : !host.includes(".") || INTERNAL.test(host);
  if (!isInside) return;
  throw refusal(
    field,
    "points into a private network, where the console must not be sent",
    "Use an address of the public internet, or have the operator allow the network (SINK_NETWORKS).",
    "sink.privateNetwork",
  );
}

const INTERNAL = /(^|\.)(localhost|local|internal|home\.arpa|localdomain)$/;
const bare = (host: string) => host.replace(/^\[|\]$/g, "").replace(/\.$/, "");

/** A name may stand for what is allowed: its addresses are judged when they are dialled. */
function isExcused(host: string): boolean {
  return isIP(host) ? isAllowedInside(host) : env().SINK_NETWORKS.length > 0;
}

function isAllowedInside(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return false;
  const allowed = new BlockList();
  for (const block of env().SINK_NETWORKS) {
    const [network = "", prefix] = block.split("/");
    const kind = isIP(network) === 6 ? "ipv6" : "ipv4";
    allowed.addSubnet(network, Number(prefix ?? (kind === "ipv6" ? 128 : 32)), kind);
  }
  return allowed.check(address, family === 6 ? "ipv6" : "ipv4");
}

function refusal(field: string, message: string, remedy: string, key: string): AppError {
  return new AppError("invalid", `config.${field}: ${message}`, {
    field: `config.${field}`,
    said: { key },
    remedy,
  });
}
