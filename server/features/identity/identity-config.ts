import "server-only";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { env } from "#server/platform/env/env.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { logger } from "#server/platform/telemetry/logger.ts";
import { type IdentityConfig, IdentityConfigSchema, type RealmConfig } from "./config.ts";
import { DEMO_CLIENT_SECRET } from "./realms/demo-sovereigns.ts";

const shared = globalThis as typeof globalThis & {
  consoleIdentityConfig?: IdentityConfig;
  consoleLaterRealms?: { checkedAt: number; changedAt: number; config: IdentityConfig };
};

/** How long a realm that was added or taken away may go unnoticed. */
const LOOK_AGAIN_MILLIS = 1_000;

/**
 * The allow-list of issuers from IDENTITY_CONFIG, checked once, with the realms that IDENTITY_REALMS_DIR
 * holds now, one a file: those of tenants that were onboarded since. Production refuses plain HTTP.
 */
export function identityConfig(): IdentityConfig {
  const { IDENTITY_CONFIG, IDENTITY_REALMS_DIR, CONSOLE_MODE } = env();
  shared.consoleIdentityConfig ??= readIdentityConfig(IDENTITY_CONFIG, CONSOLE_MODE);
  const first = shared.consoleIdentityConfig;
  if (!IDENTITY_REALMS_DIR) return first;
  const known = shared.consoleLaterRealms;
  const now = performance.now();
  if (known && now - known.checkedAt < LOOK_AGAIN_MILLIS) return known.config;
  const changedAt = statSync(IDENTITY_REALMS_DIR, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const config =
    known?.changedAt === changedAt ? known.config : withLaterRealms(first, IDENTITY_REALMS_DIR);
  shared.consoleLaterRealms = { checkedAt: now, changedAt, config };
  return config;
}

/** A file that is not valid, or of a realm that is listed already, is left out: the rest go on signing in. */
function withLaterRealms(first: IdentityConfig, folder: string): IdentityConfig {
  let config = first;
  let names: string[] = [];
  try {
    names = readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .sort();
  } catch {
    return first;
  }
  for (const name of names) {
    try {
      const realm: unknown = JSON.parse(readFileSync(join(folder, name), "utf8"));
      const next = IdentityConfigSchema.parse({ ...config, realms: [...config.realms, realm] });
      const added = next.realms.at(-1);
      const faults = added && env().CONSOLE_MODE === "production" ? productionFaults(added) : [];
      if (faults.length > 0) throw new Error(faults.join("; "));
      config = next;
    } catch (err) {
      logger.error({ err, name }, "a realm of IDENTITY_REALMS_DIR can't be used");
    }
  }
  return config;
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
