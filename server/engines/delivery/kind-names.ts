/** The kinds of sinks, in the order in which they are offered. */
export const SINK_KINDS = [
  "opensearch",
  "syslog-tls",
  "webhook",
  "nats-jetstream",
  "splunk-hec",
  "datadog",
] as const;
