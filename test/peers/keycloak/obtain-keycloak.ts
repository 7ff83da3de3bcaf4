import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cachedDirectory, verifySha256 } from "../peer-cache.ts";
import { PeerUnobtainable } from "../peer-unobtainable.ts";
import { runTool } from "../run-tool.ts";
import { findJdk } from "./find-jdk.ts";
import { KEYCLOAK_RELEASE } from "./keycloak-release.ts";
import { prepareInstallation } from "./start-keycloak.ts";

export interface KeycloakInstallation {
  readonly home: string;
  readonly javaHome: string;
}

const MAVEN_COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy";

/**
 * The pinned Keycloak, from the cache or from Maven Central by Maven, prepared for quick starts.
 * Throws PeerUnobtainable when Java, Maven or the release cannot be had.
 */
export async function obtainKeycloak(): Promise<KeycloakInstallation> {
  const { version, sha256, javaAtLeast } = KEYCLOAK_RELEASE;
  const javaHome = await findJdk(javaAtLeast);
  const home = await cachedDirectory(`keycloak-${version}-${sha256.slice(0, 8)}`, async (dir) => {
    await unpackInto(dir, await download(dir), javaHome);
    await prepareInstallation({ home: dir, javaHome });
  });
  return { home, javaHome };
}

async function download(directory: string): Promise<string> {
  const { coordinates, version, sha256 } = KEYCLOAK_RELEASE;
  const said = await runTool(
    "mvn",
    [
      "--batch-mode",
      "--quiet",
      MAVEN_COPY,
      `-Dartifact=${coordinates}:${version}:zip`,
      `-DoutputDirectory=${directory}`,
    ],
    { cwd: directory, timeoutMillis: 300_000 },
  ).catch((error: unknown) => {
    const reason = (error as Error).message;
    throw new PeerUnobtainable(`Maven did not deliver ${coordinates}:${version}. ${reason}`);
  });
  if (said === null) throw new PeerUnobtainable("Maven (mvn) is needed to fetch it; none found.");
  const zip = join(directory, `keycloak-quarkus-dist-${version}.zip`);
  await verifySha256(zip, sha256);
  return zip;
}

/** The zip holds one folder; its content becomes the directory's. `jar` stands in where unzip is missing. */
async function unpackInto(directory: string, zip: string, javaHome: string): Promise<void> {
  const options = { cwd: directory, timeoutMillis: 120_000 };
  const unzipped = await runTool("unzip", ["-q", zip], options);
  const unpacked = unzipped ?? (await runTool(join(javaHome, "bin/jar"), ["xf", zip], options));
  if (unpacked === null) throw new PeerUnobtainable("unzip or a JDK's jar is needed; none found.");
  await rm(zip);
  const folder = join(directory, `keycloak-${KEYCLOAK_RELEASE.version}`);
  for (const name of await readdir(folder)) await rename(join(folder, name), join(directory, name));
  await rm(folder, { recursive: true });
}
