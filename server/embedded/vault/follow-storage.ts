import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { VaultStore } from "./vault-store.ts";

export interface Follower {
  readonly isFollowing: boolean;
  /** From now on this vault goes its own way, also after a restart. */
  promote(): void;
  stop(): void;
}

interface FollowOptions {
  store: VaultStore;
  /** The directory of the vault that is followed. */
  followed: string;
  ownDirectory: string;
  pause: number;
  onFailure: (error: unknown) => void;
}

/**
 * The demo's stand-in for an operator's replication by storage snapshots: restores the other vault's
 * storage every few seconds. OpenBao itself has no replication between clusters.
 */
export function followStorage({
  store,
  followed,
  ownDirectory,
  pause,
  onFailure,
}: FollowOptions): Follower {
  const promoted = join(ownDirectory, "promoted");
  let isFollowing = !existsSync(promoted);
  const restore = () => {
    if (!isFollowing) return;
    try {
      store.restoreFrom(followed);
    } catch (error) {
      onFailure(error);
    }
  };
  restore();
  const timer = setInterval(restore, pause);
  return {
    get isFollowing() {
      return isFollowing;
    },
    promote() {
      restore();
      isFollowing = false;
      writeFileSync(promoted, new Date().toISOString());
    },
    stop: () => clearInterval(timer),
  };
}
