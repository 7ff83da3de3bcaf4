import type { SinkConfig } from "./sink-kinds.ts";

/** Where a sink goes, in a few characters: no path and no query of an address, which may hold a key. */
export function sinkTarget(config: SinkConfig): string {
  switch (config.kind) {
    case "syslog-tls":
      return `${config.host}:${config.port}`;
    case "nats-jetstream":
      return `${config.servers.split(",")[0]?.trim() ?? ""} ${config.subject}`;
    case "opensearch":
      return `${originOf(config.url)} ${config.index}`;
    default:
      return originOf(config.url);
  }
}

function originOf(url: string): string {
  return URL.canParse(url) ? new URL(url).origin : url.slice(0, 80);
}
