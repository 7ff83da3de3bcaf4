import { z } from "zod";
import { EngineCalls } from "./engine-calls.ts";
import { OpenBaoError } from "./openbao-error.ts";
import type { OpenBaoHttp } from "./openbao-http.ts";
import { parseBody } from "./parse-body.ts";
import {
  AutopilotBody,
  HaStatusBody,
  HealthBody,
  LeaderBody,
  MountsBody,
  RaftBody,
  SealBody,
} from "./system-bodies.ts";

export interface ServerHealth {
  state: "active" | "standby" | "sealed" | "uninitialized";
  version: string;
  clusterName: string | null;
  clusterId: string | null;
}
export interface SealStatus {
  isSealed: boolean;
  isInitialized: boolean;
  type: string;
  threshold: number;
  shares: number;
  progress: number;
  storageType: string;
}
export interface Leadership {
  isHaEnabled: boolean;
  isSelf: boolean;
  leaderAddress: string | null;
  /** Null unless the storage is raft. */
  raftCommittedIndex: number | null;
  raftAppliedIndex: number | null;
}
export interface RaftServer {
  nodeId: string;
  address: string;
  isLeader: boolean;
  isVoter: boolean;
}
export interface Autopilot {
  isHealthy: boolean;
  failureTolerance: number;
  leader: string;
  voters: string[];
  servers: {
    nodeId: string;
    status: string;
    isHealthy: boolean;
    nodeStatus: string;
    lastContact: string;
    lastTerm: number;
    /** How far its log is: the leader's minus this one is its lag. */
    lastIndex: number;
    stableSince: string;
    version: string;
  }[];
}
export interface HaNode {
  hostname: string;
  apiAddress: string;
  clusterAddress: string;
  isActive: boolean;
  lastEcho: string | null;
  version: string;
}

/** What OpenBao says of itself and its cluster. */
export class SystemCalls {
  readonly #http: OpenBaoHttp;
  readonly #calls: EngineCalls;

  constructor(http: OpenBaoHttp) {
    this.#http = http;
    this.#calls = new EngineCalls(http);
  }

  /** Answers while sealed or on standby too; needs no token. */
  async health(): Promise<ServerHealth> {
    const { body } = await this.#http.call({
      operation: "health",
      method: "GET",
      path: "sys/health",
      isRepeatable: true,
      expect: [429, 472, 473, 501, 503],
    });
    const health = parseBody(HealthBody, body, "health");
    const state = !health.initialized
      ? "uninitialized"
      : health.sealed
        ? "sealed"
        : health.standby
          ? "standby"
          : "active";
    return {
      state,
      version: health.version,
      clusterName: health.cluster_name ?? null,
      clusterId: health.cluster_id ?? null,
    };
  }

  /** Needs no token. */
  async sealStatus(): Promise<SealStatus> {
    const seal = await this.#get("seal status", "sys/seal-status", SealBody);
    return {
      isSealed: seal.sealed,
      isInitialized: seal.initialized,
      type: seal.type,
      threshold: seal.t,
      shares: seal.n,
      progress: seal.progress,
      storageType: seal.storage_type,
    };
  }

  /** Needs no token. */
  async leader(): Promise<Leadership> {
    const leader = await this.#get("leader", "sys/leader", LeaderBody);
    return {
      isHaEnabled: leader.ha_enabled,
      isSelf: leader.is_self,
      leaderAddress: leader.leader_address || null,
      raftCommittedIndex: leader.raft_committed_index ?? null,
      raftAppliedIndex: leader.raft_applied_index ?? null,
    };
  }

  async haStatus(): Promise<HaNode[]> {
    const { data } = await this.#get("ha status", "sys/ha-status", HaStatusBody);
    return data.nodes.map((node) => ({
      hostname: node.hostname,
      apiAddress: node.api_address,
      clusterAddress: node.cluster_address,
      isActive: node.active_node,
      lastEcho: node.last_echo,
      version: node.version,
    }));
  }

  /** Null when the storage isn't raft. */
  async raftConfiguration(): Promise<RaftServer[] | null> {
    const path = "sys/storage/raft/configuration";
    const found = await this.#getIfSupported("raft configuration", path, RaftBody);
    return (
      found?.data.config.servers.map((server) => ({
        nodeId: server.node_id,
        address: server.address,
        isLeader: server.leader,
        isVoter: server.voter,
      })) ?? null
    );
  }

  /** Null when the storage isn't raft. */
  async autopilotState(): Promise<Autopilot | null> {
    const path = "sys/storage/raft/autopilot/state";
    const found = await this.#getIfSupported("autopilot state", path, AutopilotBody);
    if (!found) return null;
    const { data } = found;
    return {
      isHealthy: data.healthy,
      failureTolerance: data.failure_tolerance,
      leader: data.leader,
      voters: data.voters ?? [],
      servers: Object.values(data.servers).map((server) => ({
        nodeId: server.id,
        status: server.status,
        isHealthy: server.healthy,
        nodeStatus: server.node_status,
        lastContact: server.last_contact,
        lastTerm: server.last_term,
        lastIndex: server.last_index,
        stableSince: server.stable_since,
        version: server.version,
      })),
    };
  }

  /** OpenBao has no replication between clusters; false unless the server at hand says otherwise. */
  async hasClusterReplication(): Promise<boolean> {
    const found = await this.#getIfSupported("replication", "sys/replication/status", z.object({}));
    return found !== null;
  }

  /** Mount path (without slash) and engine type of everything mounted in the namespace. */
  async mounts(): Promise<{ path: string; type: string; kvVersion: string | null }[]> {
    const { data } = await this.#get("mounts", "sys/mounts", MountsBody);
    return Object.entries(data).map(([path, { type, options }]) => ({
      path: path.replace(/\/$/, ""),
      type,
      kvVersion: options?.version ?? null,
    }));
  }

  async #get<T>(operation: string, path: string, shape: z.ZodType<T>): Promise<T> {
    const found = await this.#calls.read(operation, path, shape);
    if (!found) throw new OpenBaoError("not_found", operation, 404);
    return found;
  }

  async #getIfSupported<T>(
    operation: string,
    path: string,
    shape: z.ZodType<T>,
  ): Promise<T | null> {
    try {
      return await this.#calls.read(operation, path, shape);
    } catch (error) {
      if (error instanceof OpenBaoError && error.oddity === "missing_route") return null;
      throw error;
    }
  }
}
