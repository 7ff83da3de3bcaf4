import "server-only";
import {
  type MergeFinding,
  mergeFinding,
  readChangeName,
} from "#server/engines/supply-chain/merged-change.ts";
import type { Gitea } from "#server/integrations/gitea/gitea.ts";

interface Asked {
  change: string;
  /** Repositories that the policy names for the service; empty: any of the forge. */
  repositories: readonly string[];
}

/** Looks a change up at the forge. Throws when the forge gives no sound answer: then nothing is known. */
export async function resolveMerge(
  forge: Gitea | null,
  { change, repositories }: Asked,
): Promise<MergeFinding> {
  const nothing = (outcome: MergeFinding["outcome"]): MergeFinding => ({
    change,
    outcome,
    commit: null,
    author: null,
    approvers: [],
  });
  const name = readChangeName(change);
  if (!name) return nothing("unreadable");
  if (!forge) return nothing("no-forge");
  const address = `${forge.url}/${name.owner}/${name.repository}`;
  if (repositories.length > 0 && !repositories.includes(address)) return nothing("other-source");
  return mergeFinding(change, await forge.change(name));
}
