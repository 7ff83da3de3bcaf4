import "server-only";
import type { SinkConfig } from "#server/engines/delivery/sink-kinds.ts";
import { datadogSink } from "./datadog.ts";
import { natsJetStreamSink } from "./nats-jetstream.ts";
import { openSearchSink } from "./opensearch.ts";
import type { Sink, SinkWorld } from "./sink.ts";
import { splunkHecSink } from "./splunk-hec.ts";
import { syslogTlsSink } from "./syslog-tls.ts";
import { webhookSink } from "./webhook.ts";

/** The driver of a sink. Connects to nothing yet: `check` and `deliver` do. */
export async function openSink(config: SinkConfig, world: SinkWorld): Promise<Sink> {
  switch (config.kind) {
    case "opensearch":
      return openSearchSink(config, world);
    case "syslog-tls":
      return syslogTlsSink(config, world);
    case "webhook":
      return webhookSink(config, world);
    case "nats-jetstream":
      return natsJetStreamSink(config, world);
    case "splunk-hec":
      return splunkHecSink(config, world);
    case "datadog":
      return datadogSink(config, world);
  }
}
