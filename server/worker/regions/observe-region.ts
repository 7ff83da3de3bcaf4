import "server-only";
import type { RegionNode, StoreFacts, StoreState } from "#server/features/regions/schema.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { OpenBaoError, type OpenBaoFailure } from "#server/integrations/openbao/openbao-error.ts";
import type { Autopilot, RaftServer } from "#server/integrations/openbao/system.ts";
import type { RegionNodeClient } from "./region-clients.ts";

/** What one look at a region's cluster came to. `client` is a node that serves, if one does. */
export interface SeenRegion {
  state: StoreState;
  facts: StoreFacts;
  detail: string;
  client: OpenBaoClient | null;
}

const STATE_OF: Partial<Record<OpenBaoFailure, StoreState>> = {
  sealed: "sealed",
  standby: "standby",
  permission_denied: "permission_denied",
  rate_limited: "rate_limited",
  unreachable: "unreachable",
};

/** What a failure says of the store: what is neither named nor certain is unknown (law 7). */
export function stateOfFailure(error: unknown): StoreState {
  return error instanceof OpenBaoError ? (STATE_OF[error.failure] ?? "unknown") : "unknown";
}

/** The best that any node says is what the region is: one active node serves. */
const BEST_FIRST: readonly StoreState[] = [
  "active",
  "standby",
  "rate_limited",
  "permission_denied",
  "sealed",
  "uninitialized",
  "unknown",
  "unreachable",
];

/** Asks every configured node for its health, and one that serves for its cluster. Never throws. */
export async function observeRegion(nodes: readonly RegionNodeClient[]): Promise<SeenRegion> {
  const seen = await Promise.all(nodes.map(lookAt));
  const best = [...seen].sort(
    (a, b) => BEST_FIRST.indexOf(a.state) - BEST_FIRST.indexOf(b.state),
  )[0];
  const facts = {
    ...NO_FACTS,
    version: best?.version ?? null,
    clusterName: best?.clusterName ?? null,
  };
  const plain = seen.map(({ address, state }) => plainNode(address, state));
  if (!best || (best.state !== "active" && best.state !== "standby")) {
    return {
      state: best?.state ?? "unknown",
      facts: { ...facts, nodes: plain },
      detail: best?.detail ?? "",
      client: null,
    };
  }
  try {
    const cluster = await clusterOf(best.client);
    const raftNodes = cluster.servers?.map((server) => raftNode(server, cluster.autopilot, seen));
    return {
      state: best.state,
      facts: { ...facts, ...cluster.facts, nodes: raftNodes ?? plain },
      detail: "",
      client: best.state === "active" ? best.client : null,
    };
  } catch (error) {
    // It serves, but does not tell us: that is another state than serving.
    const state = stateOfFailure(error);
    return { state, facts: { ...facts, nodes: plain }, detail: textOf(error), client: null };
  }
}

const NO_FACTS: StoreFacts = {
  version: null,
  clusterName: null,
  isRaft: null,
  nodes: [],
  autopilot: null,
  committedIndex: null,
  appliedIndex: null,
};

interface SeenNode extends RegionNodeClient {
  state: StoreState;
  version: string | null;
  clusterName: string | null;
  detail: string;
}

async function lookAt(node: RegionNodeClient): Promise<SeenNode> {
  try {
    const { state, version, clusterName } = await node.client.system.health();
    return { ...node, state, version, clusterName, detail: "" };
  } catch (error) {
    return {
      ...node,
      state: stateOfFailure(error),
      version: null,
      clusterName: null,
      detail: textOf(error),
    };
  }
}

async function clusterOf(client: OpenBaoClient) {
  const leader = await client.system.leader();
  const servers = await client.system.raftConfiguration();
  const autopilot = servers ? await client.system.autopilotState() : null;
  return {
    servers,
    autopilot,
    facts: {
      isRaft: servers !== null,
      autopilot: autopilot && {
        isHealthy: autopilot.isHealthy,
        failureTolerance: autopilot.failureTolerance,
      },
      committedIndex: leader.raftCommittedIndex,
      appliedIndex: leader.raftAppliedIndex,
    },
  };
}

function raftNode(
  server: RaftServer,
  autopilot: Autopilot | null,
  seen: readonly SeenNode[],
): RegionNode {
  const known = autopilot?.servers.find(({ nodeId }) => nodeId === server.nodeId);
  const leader = autopilot?.servers.find(({ nodeId }) => nodeId === autopilot.leader);
  const host = server.address.replace(/:\d+$/, "");
  const own = seen.filter(({ address }) => new URL(address).hostname === host);
  return {
    id: server.nodeId.slice(0, 200),
    address: server.address.slice(0, 300),
    isLeader: server.isLeader,
    isVoter: server.isVoter,
    isHealthy: known?.isHealthy ?? null,
    // Several nodes behind one name can't be told apart by it.
    state: own.length === 1 ? (own[0]?.state ?? null) : null,
    lastIndex: known?.lastIndex ?? null,
    lagByIndex: known && leader ? Math.max(0, leader.lastIndex - known.lastIndex) : null,
  };
}

/** A node known by its address alone: sealed, out of reach, or of a storage without a cluster. */
function plainNode(address: string, state: StoreState): RegionNode {
  const unknown = { isVoter: null, isHealthy: null, lastIndex: null, lagByIndex: null };
  return { id: new URL(address).host, address, isLeader: state === "active", state, ...unknown };
}

function textOf(error: unknown): string {
  return (error instanceof OpenBaoError ? error.message : (error as Error).name).slice(0, 500);
}
