import "server-only";
import { Gitea } from "#server/integrations/gitea/gitea.ts";
import { env } from "#server/platform/env/env.ts";
import { tokenFile } from "../token-file.ts";

/** The forge that FORGE_URL names; null where none is configured. */
export function configuredForge(): Gitea | null {
  const { FORGE_URL: url, FORGE_TOKEN_FILE: path } = env();
  return url === undefined
    ? null
    : new Gitea({ url, token: path === undefined ? null : tokenFile(path) });
}
