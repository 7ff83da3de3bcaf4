import { z } from "zod";
import { SINK_KINDS } from "./kind-names.ts";

/**
 * The shapes of the sinks' configurations, one a kind: the form on the page, the verbs and the drivers
 * all read them. `meta({ input })` says how a field is asked for; its words are `delivery.fields.<name>`.
 */

/** Where a secret stands in the vault, below the tenant's own mount: never its value (law 6). */
export const SecretReference = z.object({
  path: z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*){0,15}$/,
      "must be a path in the vault, like siem/opensearch",
    )
    .max(400),
  field: z
    .string()
    .regex(/^[A-Za-z0-9_.-]{1,100}$/, "must be the name of a field of the secret")
    .default("value"),
});
export type SecretReference = z.infer<typeof SecretReference>;

const secret = SecretReference.meta({ input: "secret" });
const url = z
  .string()
  .trim()
  .max(2_000)
  .refine(
    (text) => /^https?:\/\//.test(text) && URL.canParse(text),
    "must be a whole address, with https://",
  )
  .refine(
    (text) => !URL.canParse(text) || new URL(text).username + new URL(text).password === "",
    "must hold no user name and no password: name where they are in the vault",
  )
  .meta({ input: "url" });
const host = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(255)
  .regex(/^[A-Za-z0-9.:-]+$/, "must be a host name or an address");
const port = z.number().int().min(1, "must be a port").max(65_535, "must be a port");
/** PEM of the authorities that a receiver's certificate must come from; empty: those of the system. */
const ca = z
  .string()
  .trim()
  .max(20_000)
  .refine(
    (text) => text === "" || text.includes("-----BEGIN CERTIFICATE-----"),
    "must be PEM certificates",
  )
  .default("")
  .meta({ input: "pem" });
/** Our own certificate where a receiver asks for one, with its key in the vault. */
const clientCertificate = z
  .string()
  .trim()
  .max(20_000)
  .refine(
    (text) => text === "" || text.includes("-----BEGIN CERTIFICATE-----"),
    "must be a PEM certificate",
  )
  .default("")
  .meta({ input: "pem" });
const clientKey = secret.nullable().default(null);
const format = z.enum(["cloudevents", "ocsf"]).default("cloudevents");

export const OpenSearchConfig = z.object({
  kind: z.literal("opensearch"),
  url,
  index: z
    .string()
    .regex(/^[a-z0-9][a-z0-9._-]{0,200}$/, "must be the name of an index or a data stream")
    .default("audit"),
  username: z.string().max(200).default(""),
  password: secret.nullable().default(null),
  /** Whether each document holds what the console's own queries ask for (`log query`). */
  searchTerms: z.enum(["none", "included"]).default("none"),
  ca,
  clientCertificate,
  clientKey,
  format,
});

export const SyslogTlsConfig = z.object({
  kind: z.literal("syslog-tls"),
  host,
  port: port.default(6_514),
  ca,
  clientCertificate,
  clientKey,
  /** A message that is longer goes without its payload: many receivers cut at 8192 bytes. */
  maxMessageBytes: z
    .number()
    .int()
    .min(2_048, "must be 2048 bytes or more (RFC 5425)")
    .max(1_000_000, "must be a million bytes or less")
    .default(8_192),
  /** Whose structured data it is (RFC 5424 §6.3.2); 32473 is the number for examples (RFC 5612). */
  enterpriseNumber: z
    .number()
    .int()
    .min(1, "must be a private enterprise number of IANA")
    .max(4_294_967_295, "must be a private enterprise number of IANA")
    .default(32_473),
  format,
});

export const WebhookConfig = z.object({
  kind: z.literal("webhook"),
  url,
  token: secret.nullable().default(null),
  ca,
  clientCertificate,
  clientKey,
  format,
});

export const NatsJetStreamConfig = z.object({
  kind: z.literal("nats-jetstream"),
  /** `tls://host:4222`, `nats://…`, several with commas. */
  servers: z
    .string()
    .trim()
    .regex(
      /^(nats|tls):\/\/[^\s,@]+(\s*,\s*(nats|tls):\/\/[^\s,@]+){0,9}$/,
      "must be like tls://nats.example:4222, without a login: name where it is in the vault",
    ),
  subject: z
    .string()
    .regex(/^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/, "must be a subject without wildcards")
    .default("audit.events"),
  /** Checked to exist and to take the subject; empty: whichever takes it. */
  stream: z
    .string()
    .regex(/^[A-Za-z0-9_-]{0,100}$/, "must be the name of a stream")
    .default(""),
  username: z.string().max(200).default(""),
  /** A token, the password of the name above, or a credentials file. */
  token: secret.nullable().default(null),
  ca,
  clientCertificate,
  clientKey,
  format,
});

export const SplunkHecConfig = z.object({
  kind: z.literal("splunk-hec"),
  url,
  token: secret,
  index: z.string().max(200).default(""),
  /** Whether the indexers must say that they have written an event. */
  acknowledgement: z.enum(["required", "none"]).default("required"),
  ca,
  clientCertificate,
  clientKey,
  format,
});

export const DatadogConfig = z.object({
  kind: z.literal("datadog"),
  url: url.default("https://http-intake.logs.datadoghq.com"),
  apiKey: secret,
  service: z.string().max(100).default("sovereign-console"),
  format,
});

export const SinkConfig = z.discriminatedUnion("kind", [
  OpenSearchConfig,
  SyslogTlsConfig,
  WebhookConfig,
  NatsJetStreamConfig,
  SplunkHecConfig,
  DatadogConfig,
]);
export type SinkConfig = z.infer<typeof SinkConfig>;
export type SinkKind = SinkConfig["kind"];

export { SINK_KINDS };
