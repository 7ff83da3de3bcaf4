import "server-only";
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { env } from "#server/platform/env/env.ts";

const name = z
  .string()
  .regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be a name in kebab-case, as a DNS label");
const path = z.string().min(1).max(1_000);
const strings = z.array(z.string().min(1).max(200)).min(1).max(50);

const FileSource = z.strictObject({
  name,
  kind: z.literal("openbao-audit"),
  /** The log of a `file` audit device, where the worker can read it. */
  file: path,
  /** Entries of these stages alone; the response of a request tells all that the request does. */
  stages: z
    .array(z.enum(["request", "response"]))
    .min(1)
    .default(["response"]),
  /** Entries of these operations alone; absent: all. */
  operations: strings.optional(),
});

const StreamSource = z.strictObject({
  name,
  kind: z.literal("nats"),
  servers: z
    .array(
      z
        .string()
        .regex(
          /^(nats|tls):\/\/[^\s,@]+$/,
          "must be like tls://nats.example:4222, without a login: name its file in secretFile",
        ),
    )
    .min(1)
    .max(10),
  stream: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, "must be the name of a stream"),
  /** A durable pull consumer with explicit acknowledgement, made by the stream's operator. */
  consumer: z.string().regex(/^[A-Za-z0-9_-]{1,100}$/, "must be the name of a consumer"),
  username: z.string().min(1).max(200).optional(),
  /** A token, the password of the name above, or a credentials file, in a file. */
  secretFile: path.optional(),
  caFile: path.optional(),
});

const KeycloakSource = z.strictObject({
  name,
  kind: z.literal("keycloak"),
  /** Without the realm: `https://sso.example.om`. */
  url: z.url({ protocol: /^https?$/ }),
  realms: strings,
  /** The realm of the client below. */
  clientRealm: z.string().min(1).default("master"),
  /** A client that may view events of the realms. */
  clientId: z.string().min(1),
  secretFile: path,
});

const ReportsSource = z.strictObject({
  name,
  kind: z.literal("reports"),
  /** A cluster of CLUSTERS_FILE: its PolicyReports and Trivy's reports are read where the cluster is. */
  cluster: z.string().min(1).max(100),
});

const SourceConfig = z.discriminatedUnion("kind", [
  FileSource,
  StreamSource,
  KeycloakSource,
  ReportsSource,
]);
export type SourceConfig = z.infer<typeof SourceConfig>;
export type SourceOf<Kind extends SourceConfig["kind"]> = Extract<SourceConfig, { kind: Kind }>;

const SourcesFile = z.strictObject({
  sources: z
    .array(SourceConfig)
    .max(50)
    .refine((all) => new Set(all.map((each) => each.name)).size === all.length, {
      error: "must give each source a name of its own",
    }),
});

/**
 * What `INGEST_FILE` (YAML or JSON; relative paths are from its folder on) has the worker read. Throws one
 * error that names each field at fault and the remedy.
 */
export function readSourcesFile(
  file: string | undefined,
  mode: "demo" | "production" = env().CONSOLE_MODE,
): readonly SourceConfig[] {
  if (!file) return [];
  const read = SourcesFile.safeParse(parse(readFileSync(file, "utf8")));
  const faults = read.success
    ? mode === "production"
      ? read.data.sources.flatMap(clearText)
      : []
    : read.error.issues.map((each) => `${each.path.join(".")}: ${each.message}`);
  if (!read.success || faults.length > 0) {
    throw new Error(`INGEST_FILE: ${file} is not valid:\n  ${faults.join("\n  ")}`);
  }
  const from = (given: string) => resolve(dirname(file), given);
  return read.data.sources.map((source) => ({
    ...source,
    ...("file" in source ? { file: from(source.file) } : {}),
    ...("secretFile" in source && source.secretFile ? { secretFile: from(source.secretFile) } : {}),
    ...("caFile" in source && source.caFile ? { caFile: from(source.caFile) } : {}),
  }));
}

/** Events and the secrets that fetch them go over no wire that others can read. */
function clearText(source: SourceConfig): string[] {
  if (source.kind === "keycloak" && source.url.startsWith("http://")) {
    return [`${source.name}.url: production needs https://`];
  }
  if (source.kind === "nats" && source.servers.some((server) => !server.startsWith("tls://"))) {
    return [`${source.name}.servers: production needs tls://`];
  }
  return [];
}
