import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import { SecretValue } from "#server/platform/secret-value.ts";
import { observeRegion } from "./observe-region.ts";

/*
 * A Raft cluster of three as OpenBao 2.x writes it: the development vault keeps its storage in a file
 * and has no cluster to show.
 */
const open: (Server | OpenBaoClient)[] = [];
afterEach(async () => {
  for (const each of open.splice(0)) {
    if (each instanceof OpenBaoClient) await each.close();
    else await new Promise((resolve) => each.close(resolve));
  }
});

type Body = Record<string, unknown>;

/** A node under a host name of its own; a body of `null` is refused. */
async function nodeAt(host: string, answers: Record<string, Body | null>) {
  const server = createServer((request, response) => {
    const path = (request.url ?? "").replace("/v1/", "");
    const body = answers[path];
    const isStandby = path === "sys/health" && body?.standby === true;
    response.writeHead(body === null ? 403 : body === undefined ? 404 : isStandby ? 429 : 200);
    response.end(JSON.stringify(body ?? { errors: [body === null ? "permission denied" : ""] }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  open.push(server);
  return clientAt(`http://${host}:${(server.address() as AddressInfo).port}`);
}

function clientAt(address: string) {
  const token = SecretValue.of("s.test");
  const client = new OpenBaoClient({ address, token, maxAttempts: 1 });
  open.push(client);
  return { address, client };
}

const health = (standby: boolean) => ({
  initialized: true,
  sealed: false,
  standby,
  version: "2.4.1",
  cluster_name: "muscat",
});
const member = (node_id: string, host: string, leader: boolean, voter = true) => ({
  node_id,
  address: `${host}:8201`,
  leader,
  voter,
  protocol_version: "3",
});
const follower = (id: string, status: string, last_index: number, healthy = true) => ({
  id,
  status,
  healthy,
  last_index,
  last_term: 7,
  node_status: "alive",
  last_contact: status === "leader" ? "0s" : "412ms",
  stable_since: "2026-11-22T06:00:00Z",
  version: "2.4.1",
});
const CONFIGURATION = {
  data: {
    config: {
      index: 0,
      servers: [
        member("bao-0", "127.0.0.1", true),
        member("bao-1", "localhost", false),
        member("bao-2", "[::1]", false, false),
      ],
    },
  },
};
const autopilot = (leader: string, ...servers: ReturnType<typeof follower>[]) => ({
  data: {
    healthy: servers.every(({ healthy }) => healthy),
    failure_tolerance: 1,
    leader,
    voters: ["bao-0", "bao-1"],
    servers: Object.fromEntries(servers.map((server) => [server.id, server])),
  },
});
const LEADER = {
  ha_enabled: true,
  is_self: true,
  leader_address: "http://127.0.0.1:8200",
  raft_committed_index: 48_211,
  raft_applied_index: 48_210,
};

async function lookAt(state: Body | null) {
  const active = await nodeAt("127.0.0.1", {
    "sys/health": health(false),
    "sys/leader": LEADER,
    "sys/storage/raft/configuration": CONFIGURATION,
    "sys/storage/raft/autopilot/state": state,
  });
  const standby = await nodeAt("localhost", { "sys/health": health(true) });
  // Nobody listens on port 1: a node that went away.
  return observeRegion([clientAt("http://[::1]:1"), standby, active]);
}

test("each node of a cluster is seen with its role, its health and how far its log is behind the leader's", async () => {
  const state = autopilot(
    "bao-0",
    follower("bao-0", "leader", 48_211),
    follower("bao-1", "voter", 48_202),
    follower("bao-2", "non-voter", 31_000, false),
  );
  const { facts, state: region, client } = await lookAt(state);
  expect(region).toBe("active");
  expect(client).not.toBeNull();
  expect(facts).toMatchObject({
    isRaft: true,
    clusterName: "muscat",
    autopilot: { isHealthy: false, failureTolerance: 1 },
    committedIndex: 48_211,
    appliedIndex: 48_210,
  });
  expect(facts.nodes).toEqual([
    {
      id: "bao-0",
      address: "127.0.0.1:8201",
      isLeader: true,
      isVoter: true,
      isHealthy: true,
      state: "active",
      lastIndex: 48_211,
      lagByIndex: 0,
    },
    {
      id: "bao-1",
      address: "localhost:8201",
      isLeader: false,
      isVoter: true,
      isHealthy: true,
      state: "standby",
      lastIndex: 48_202,
      lagByIndex: 9,
    },
    {
      id: "bao-2",
      address: "[::1]:8201",
      isLeader: false,
      isVoter: false,
      isHealthy: false,
      state: "unreachable",
      lastIndex: 31_000,
      lagByIndex: 17_211,
    },
  ]);
});

test("a node that autopilot does not know yet, and all while it names no leader, have no lag that is known", async () => {
  const joined = await lookAt(
    autopilot("bao-0", follower("bao-0", "leader", 100), follower("bao-1", "voter", 104)),
  );
  // Autopilot's own numbers of two moments: a follower is never ahead of its leader.
  expect(joined.facts.nodes.map(({ lagByIndex }) => lagByIndex)).toEqual([0, 0, null]);
  const electing = await lookAt(autopilot("", follower("bao-1", "voter", 104)));
  expect(electing.facts.nodes.map(({ lagByIndex }) => lagByIndex)).toEqual([null, null, null]);
  expect(electing.facts.nodes[1]).toMatchObject({ lastIndex: 104, isHealthy: true });
});

test("a cluster that does not tell us its state is not taken for a healthy one", async () => {
  const { state, facts, client } = await lookAt(null);
  expect(state).toBe("permission_denied");
  expect(client).toBeNull();
  expect(facts.nodes.map(({ lagByIndex, isHealthy }) => [lagByIndex, isHealthy])).toEqual([
    [null, null],
    [null, null],
    [null, null],
  ]);
});
