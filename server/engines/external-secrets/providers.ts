import type { Manifest } from "../kubernetes/read-manifests.ts";

/** What a SecretStore leads to, as far as it is one of ours. */
export type Provider =
  | { kind: "vault"; mount: string | null; version: "v1" | "v2" }
  | { kind: "azure-key-vault"; vault: string }
  | { kind: "other" };

export function providerOf(store: Manifest): Provider {
  const { provider } = record(store.spec);
  const { vault, openbao, azurekv } = record(provider);
  const bao = vault ?? openbao;
  if (bao) {
    const { path, version } = record(bao);
    return {
      kind: "vault",
      mount: typeof path === "string" && path !== "" ? path : null,
      version: version === "v1" ? "v1" : "v2",
    };
  }
  const url = record(azurekv).vaultUrl;
  if (typeof url === "string" && URL.canParse(url)) {
    const [name = ""] = new URL(url).hostname.split(".");
    return { kind: "azure-key-vault", vault: name };
  }
  return { kind: "other" };
}

/**
 * The secret that a key of this store means, as bindings name it; null when it isn't below our KV
 * mount, or not a store that the console reads. External Secrets takes a mount and `data/` at the
 * key's beginning away (pkg/provider/vault, `buildPath`).
 */
export function remotePlace(
  provider: Provider,
  key: string,
  kvMount: string,
): { store: "openbao" | "azure-key-vault"; path: string } | null {
  if (provider.kind === "azure-key-vault") {
    const [, area = "secret", name = ""] =
      /^(?:(secret|key|cert)\/)?([0-9a-zA-Z-]{1,127})$/.exec(key) ?? [];
    const areas = { secret: "secrets", key: "keys", cert: "certificates" } as const;
    const path = `${provider.vault}/${areas[area as keyof typeof areas]}/${name}`;
    return name ? { store: "azure-key-vault", path } : null;
  }
  if (provider.kind !== "vault" || provider.version !== "v2") return null;
  const [mount, rest] = splitKey(provider.mount, key);
  return mount === kvMount && isPath(rest) ? { store: "openbao", path: rest } : null;
}

function splitKey(mount: string | null, key: string): [mount: string, path: string] {
  if (mount === null) {
    const [first = "", ...more] = key.split("/");
    return [first, (more[0] === "data" ? more.slice(1) : more).join("/")];
  }
  if (!key.startsWith(`${mount}/`)) return [mount, key];
  const rest = key.slice(mount.length + 1);
  return [mount, rest.startsWith("data/") ? rest.slice("data/".length) : rest];
}

/** As bindings take it. */
function isPath(path: string): boolean {
  return (
    path.length <= 400 &&
    /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/.test(path)
  );
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
