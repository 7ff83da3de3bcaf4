import { mkdirSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { dispatcher } from "./dispatch.ts";
import { writeIdentityFile } from "./identity-file.ts";
import { MadeRealms } from "./made-realms.ts";
import { type Realm, readRealms } from "./realm.ts";
import { type RealmService, realmService } from "./realm-service.ts";
import { secretFile, signingKey } from "./secrets.ts";
import { readSettings } from "./settings.ts";

/**
 * The development identity provider: Keycloak's paths and claims from Keycloak's own realm files.
 * Listens on loopback; writes `identity.json`, client secrets and `admin-token` into DEV_IDP_DIR,
 * then prints one line `{"event":"listening",...}`. `DEV_IDP_PORT=0` takes a free port.
 */
async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const folder = settings.DEV_IDP_DIR;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const secretPath = (realm: string) => join(folder, `${realm}.client-secret`);
  const directoryPath = (realm: string) => join(folder, `${realm}.directory-secret`);

  const services = new Map<string, RealmService>();
  const start = async (realm: Realm) =>
    realmService({
      realm,
      issuer: `${url}/realms/${realm.realm}`,
      consoleOrigin: new URL(settings.CONSOLE_URL).origin,
      key: await signingKey(join(folder, `${realm.realm}.key.json`)),
      cookieSecret: secretFile(join(folder, `${realm.realm}.cookie-secret`)),
      files: join(folder, realm.realm),
    });
  const made = new MadeRealms(folder, services, start);
  const server = createServer(dispatcher(services, secretFile(join(folder, "admin-token")), made));
  await new Promise<void>((done, fail) => {
    server.once("error", fail);
    server.listen(settings.DEV_IDP_PORT, "127.0.0.1", done);
  });
  const url = `http://localhost:${(server.address() as AddressInfo).port}`;

  const realms = await readRealms(
    join(import.meta.dirname, "../../../deploy/keycloak", settings.sovereign.topology),
    (realm) => ({
      CONSOLE_URL: settings.CONSOLE_URL,
      SOVEREIGN_CONSOLE_CLIENT_SECRET: secretFile(secretPath(realm)),
      SOVEREIGN_CONSOLE_DIRECTORY_SECRET: secretFile(directoryPath(realm)),
    }),
  );
  for (const realm of realms) services.set(realm.realm, await start(realm));
  const identityFile = join(folder, "identity.json");
  // Realms that were made later stand in files of the console's own.
  const shipped = [...services.values()];
  await made.load();
  writeIdentityFile(
    identityFile,
    settings.sovereign,
    shipped.map(({ realm, issuer }) => ({
      realm,
      issuer,
      clientSecretFile: secretPath(realm.realm),
      directorySecretFile: directoryPath(realm.realm),
    })),
  );
  const stop = () => {
    for (const service of services.values()) service.store.flush();
    server.closeAllConnections();
    server.close(() => process.exit(0));
  };
  process.once("SIGTERM", stop);
  process.once("SIGINT", stop);
  process.stdout.write(`${JSON.stringify({ event: "listening", url, identityFile })}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`dev-idp: ${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
});
