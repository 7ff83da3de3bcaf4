import "server-only";
import { join } from "node:path";
import type { DesiredConfig, GitConfig } from "#server/integrations/desired/desired-config.ts";
import type { DesiredSource } from "#server/integrations/desired/desired-source.ts";
import { folderSource } from "#server/integrations/desired/folder-source.ts";
import { gitSource } from "#server/integrations/desired/git/git-source.ts";
import { pulumiSource } from "#server/integrations/desired/pulumi-source.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { env } from "#server/platform/env/env.ts";
import type { SecretValue } from "#server/platform/secret-value.ts";
import { tokenFile } from "../token-file.ts";
import { configuredVault } from "../vault.ts";
import { configuredClusters } from "./clusters-config.ts";

let made: Map<string, readonly DesiredSource[]> | undefined;
let vault: Promise<OpenBaoClient> | undefined;

/** Where it stands what a cluster should be; empty when nobody said. One list per process. */
export function desiredSources(cluster: string): readonly DesiredSource[] {
  made ??= new Map(
    configuredClusters().map(({ name, desired }) => [
      name,
      desired.map((each) => sourceOf(name, each)),
    ]),
  );
  return made.get(cluster) ?? [];
}

/** Ends what the sources hold open; the next call of `desiredSources` begins anew. */
export async function closeDesiredSources(): Promise<void> {
  const open = [...(made?.values() ?? [])].flat();
  made = undefined;
  await Promise.all(open.map((source) => source.close()));
  await (await vault)?.close();
  vault = undefined;
}

function sourceOf(cluster: string, config: DesiredConfig): DesiredSource {
  if ("folder" in config) return folderSource(cluster, config.folder);
  if ("pulumi" in config) return pulumiSource(cluster, config.pulumi);
  const credential = credentialOf(config.git);
  const cacheDir = join(env().DATA_DIR, "desired");
  return gitSource({ cluster, config: config.git, credential, cacheDir });
}

/** Read anew for each reading: tokens are rotated. */
function credentialOf({ credential }: GitConfig): (() => Promise<SecretValue>) | null {
  if (!credential) return null;
  if (credential.file) return tokenFile(credential.file);
  const { path, key } = credential.vault ?? { path: "", key: "" };
  return async () => {
    vault ??= configuredVault();
    const read = await (await vault).kv.read(path);
    const value = read.kind === "found" ? read.fields[key] : undefined;
    if (!value) throw new Error(`the vault's secret has no key ${key}`);
    return value;
  };
}
