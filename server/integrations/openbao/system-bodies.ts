import { z } from "zod";

/** The answers of `sys/` that we read, as OpenBao 2.x writes them. */
export const HealthBody = z.object({
  initialized: z.boolean(),
  sealed: z.boolean(),
  standby: z.boolean(),
  version: z.string(),
  cluster_name: z.string().optional(),
  cluster_id: z.string().optional(),
});

export const SealBody = z.object({
  type: z.string(),
  initialized: z.boolean(),
  sealed: z.boolean(),
  t: z.number(),
  n: z.number(),
  progress: z.number(),
  storage_type: z.string(),
});

export const LeaderBody = z.object({
  ha_enabled: z.boolean(),
  is_self: z.boolean().default(false),
  leader_address: z.string().default(""),
  raft_committed_index: z.number().optional(),
  raft_applied_index: z.number().optional(),
});

export const HaStatusBody = z.object({
  data: z.object({
    nodes: z.array(
      z.object({
        hostname: z.string(),
        api_address: z.string(),
        cluster_address: z.string(),
        active_node: z.boolean(),
        last_echo: z.string().nullable(),
        version: z.string().default(""),
      }),
    ),
  }),
});

export const RaftBody = z.object({
  data: z.object({
    config: z.object({
      servers: z.array(
        z.object({
          node_id: z.string(),
          address: z.string(),
          leader: z.boolean(),
          voter: z.boolean(),
        }),
      ),
    }),
  }),
});

export const AutopilotBody = z.object({
  data: z.object({
    healthy: z.boolean(),
    failure_tolerance: z.number(),
    leader: z.string(),
    voters: z.array(z.string()).nullable(),
    servers: z.record(
      z.string(),
      z.object({
        id: z.string(),
        status: z.string(),
        healthy: z.boolean(),
        node_status: z.string(),
        last_contact: z.string(),
        last_term: z.number(),
        last_index: z.number(),
        stable_since: z.string(),
        version: z.string().default(""),
      }),
    ),
  }),
});

export const MountsBody = z.object({
  data: z.record(
    z.string(),
    z.object({
      type: z.string(),
      options: z.record(z.string(), z.string()).nullish(),
    }),
  ),
});
