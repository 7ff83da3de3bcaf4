import "server-only";
import { readFileSync } from "node:fs";
import { env } from "#server/platform/env/env.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { type IdentityConfig, IdentityConfigSchema, type RealmConfig } from "./config.ts";
import { DEMO_CLIENT_SECRET } from "./realms/demo-sovereigns.ts";

const shared = globalThis as typeof globalThis & { consoleIdentityConfig?: IdentityConfig };

/** The allow-list of issuers from IDENTITY_CONFIG, checked once. Production refuses plain HTTP. */
export function identityConfig(): IdentityConfig {
  shared.consoleIdentityConfig ??= readIdentityConfig(env().IDENTITY_CONFIG, env().CONSOLE_MODE);
  return shared.consoleIdentityConfig;
}

/** Throws one error that names the file and every fault in it. */
export function readIdentityConfig(path: string, mode: "demo" | "production"): IdentityConfig {
  const parsed = IdentityConfigSchema.safeParse(JSON.parse(readFileSync(path, "utf8")));
  const faults = parsed.success
    ? mode === "production"
      ? parsed.data.realms.flatMap(productionFaults)
      : []
    : parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
  if (!parsed.success || faults.length > 0) {
    throw new Error(`${path} is not valid:\n  ${faults.join("\n  ")}`);
  }
  return parsed.data;
}

/** The client secret of a realm, read anew each time so that it can be rotated on disk. */
export function clientSecretOf(realm: RealmConfig): SecretValue {
  return SecretValue.of(readFileSync(realm.clientSecretFile, "utf8").trim());
}

function productionFaults(realm: RealmConfig): string[] {
  const faults: string[] = [];
  if (!realm.issuer.startsWith("https://")) {
    faults.push(`${realm.realm}: production needs an https:// issuer`);
  }
  const secret = readFileSync(realm.clientSecretFile, "utf8").trim();
  if (secret === DEMO_CLIENT_SECRET || secret.length < 16) {
    faults.push(`${realm.realm}: ${realm.clientSecretFile} holds a default or short client secret`);
  }
  const { directory } = realm;
  if (directory) {
    const own = readFileSync(directory.clientSecretFile, "utf8").trim();
    if (own === DEMO_CLIENT_SECRET || own.length < 16) {
      faults.push(
        `${realm.realm}: ${directory.clientSecretFile} holds a default or short client secret`,
      );
    }
  }
  return faults;
}
