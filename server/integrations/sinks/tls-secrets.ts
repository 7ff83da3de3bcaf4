import type { SecretReference } from "#server/engines/delivery/sink-kinds.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { SinkError, type SinkWorld } from "./sink.ts";

export interface TlsConfig {
  readonly ca: string;
  readonly clientCertificate: string;
  readonly clientKey: SecretReference | null;
}

export interface TlsSecrets {
  readonly ca: string;
  readonly clientCertificate: string;
  readonly clientKey: SecretValue | null;
}

/** Whom the sink trusts and who we are to it; a certificate needs its key. Throws `SinkError`. */
export async function secretsOf(config: TlsConfig, world: SinkWorld): Promise<TlsSecrets> {
  const { ca, clientCertificate, clientKey } = config;
  if (clientCertificate && !clientKey) {
    throw new SinkError({
      field: "clientKey",
      message: "a client certificate without its private key",
      remedy: "Say where in the vault the private key is.",
    });
  }
  return {
    ca,
    clientCertificate,
    clientKey: clientKey ? await world.secret(clientKey, "clientKey") : null,
  };
}
