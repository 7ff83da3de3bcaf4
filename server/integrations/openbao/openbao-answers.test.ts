import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { SecretValue } from "#server/platform/secret-value.ts";
import { OpenBaoClient } from "./openbao-client.ts";

/** Answers no sound OpenBao gives: halves, contradictions, and the states a test can't bring about. */
let server: Server;
let calls: string[] = [];

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

const KEY = {
  name: "k",
  type: "aes256-gcm96",
  min_decryption_version: 1,
  min_encryption_version: 0,
  min_available_version: 0,
  supports_signing: false,
};
const keyAt = (version: number) => ({
  data: {
    ...KEY,
    latest_version: version,
    keys: Object.fromEntries(Array.from({ length: version }, (_, i) => [i + 1, 1_700_000_000])),
  },
});
const lying = { failure: "outcome_unknown", oddity: "contradiction", changedNothing: false };
const half = { failure: "outcome_unknown", oddity: "malformed", changedNothing: false };

describe("an answer that contradicts", () => {
  test("a write that is answered with another version than the next", async () => {
    const client = await clientOf({ data: { version: 9, ...NO_VERSION } });
    const write = client.kv.write("a", { v: SecretValue.of("1") }, 3);
    await expect(write).rejects.toMatchObject(lying);
  });

  test("a read of one version that is answered with another", async () => {
    const client = await clientOf({ data: { data: {}, metadata: { version: 2, ...NO_VERSION } } });
    await expect(client.kv.read("a", 1)).rejects.toMatchObject(lying);
  });

  test("metadata that knows versions beyond the current one", async () => {
    const versions = { "1": NO_VERSION, "5": NO_VERSION };
    const client = await clientOf({
      data: {
        current_version: 1,
        oldest_version: 0,
        max_versions: 0,
        custom_metadata: null,
        versions,
      },
    });
    await expect(client.kv.metadata("a")).rejects.toMatchObject(lying);
  });

  test("a transit rotation that leaves the key where it was", async () => {
    const client = await clientOf(keyAt(1));
    await expect(client.transit().rotateFrom("k", 1)).rejects.toMatchObject(lying);
    expect(calls).toEqual([
      "GET /v1/transit/keys/k",
      "POST /v1/transit/keys/k/rotate",
      "GET /v1/transit/keys/k",
    ]);
  });

  test("a key whose latest version is not among its versions", async () => {
    const client = await clientOf({ data: { ...keyAt(2).data, latest_version: 7 } });
    await expect(client.transit().read("k")).rejects.toMatchObject(lying);
  });

  test("a minimum that is accepted and not kept", async () => {
    const client = await clientOf(keyAt(3));
    const set = client.transit().setMinimumVersions("k", { minDecryptionVersion: 2 });
    await expect(set).rejects.toMatchObject(lying);
  });

  test("a lease of another role, and a lookup of another lease", async () => {
    const issued = { lease_duration: 60, renewable: true, data: { username: "u", password: "p" } };
    const client = await clientOf({ ...issued, lease_id: "database/creds/other/x" });
    await expect(client.database().issueCredential("mine")).rejects.toMatchObject(lying);
    server.close();
    const data = {
      id: "b",
      issue_time: "",
      expire_time: "",
      last_renewal: null,
      ttl: 1,
      renewable: true,
    };
    const again = await clientOf({ data });
    await expect(again.leases.lookup("a")).rejects.toMatchObject(lying);
  });
});

describe("half an answer", () => {
  test.each([
    ["cut JSON", '{"data":{"keys":'],
    ["an empty success", ""],
    ["a list", "[]"],
    ["another shape", '{"data":{"latest_version":"two"}}'],
    [
      "a null password",
      '{"lease_id":"database/creds/r/x","lease_duration":null,"renewable":true,"data":{"username":"u","password":null}}',
    ],
  ])("%s is no answer to build on", async (_, text) => {
    const client = await clientOf((_request, response) => response.end(text));
    await expect(client.transit().read("k")).rejects.toMatchObject(half);
    await expect(client.database().issueCredential("r")).rejects.toMatchObject(half);
    await expect(client.leases.renew("a", 1)).rejects.toMatchObject(half);
    await expect(client.system.autopilotState()).rejects.toMatchObject(half);
    await expect(client.pki().issuer("default")).rejects.toMatchObject(half);
  });

  test("a certificate that is none", async () => {
    const issuer = { issuer_id: "1", issuer_name: "a", certificate: "-----BEGIN" };
    const client = await clientOf({ data: issuer });
    await expect(client.pki().issuer("a")).rejects.toMatchObject(half);
  });

  test("issuing is asked once: a second login would be nobody's", async () => {
    const client = await clientOf((request) => request.socket.destroy(), 3);
    await expect(client.database().issueCredential("r")).rejects.toMatchObject({
      failure: "outcome_unknown",
    });
    expect(calls).toHaveLength(1);
  });
});

test("errors that are no list of texts do not break the reading of the status", async () => {
  const client = await clientOf((_request, response) => {
    response.writeHead(403).end('{"errors":"denied"}');
  });
  await expect(client.transit().read("k")).rejects.toMatchObject({ failure: "permission_denied" });
});

test.each(["last_openbao_rotation", "last_vault_rotation"])(
  "the age of a static role is read from %s",
  async (field) => {
    const role = { db_name: "pg", username: "u", rotation_period: 60 };
    const client = await clientOf({ data: { ...role, [field]: "2026-11-22T05:16:45.7Z" } });
    const found = await client.database().staticRole("r");
    expect(found?.lastRotatedAt).toBe("2026-11-22T05:16:45.7Z");
  },
);

test("raft and autopilot are read as OpenBao writes them", async () => {
  const client = await clientOf((request, response) => {
    const isState = request.url?.endsWith("state");
    response.end(JSON.stringify({ data: isState ? AUTOPILOT : RAFT }));
  });
  expect(await client.system.raftConfiguration()).toEqual([
    { nodeId: "node1", address: "127.0.0.1:8201", isLeader: true, isVoter: true },
    { nodeId: "node2", address: "127.0.0.1:8202", isLeader: false, isVoter: false },
  ]);
  const state = await client.system.autopilotState();
  expect(state).toMatchObject({ isHealthy: false, leader: "node1", voters: ["node1"] });
  const lag = (state?.servers[0]?.lastIndex ?? 0) - (state?.servers[1]?.lastIndex ?? 0);
  expect(lag).toBe(9);
});

test("a sealed one, a standby and one without a cluster answer health all the same", async () => {
  const health = { initialized: true, sealed: true, standby: true, version: "2.7.2" };
  for (const [status, change, state] of [
    [503, {}, "sealed"],
    [429, { sealed: false }, "standby"],
    [501, { initialized: false }, "uninitialized"],
    [200, { sealed: false, standby: false }, "active"],
  ] as const) {
    const client = await clientOf((_request, response) => {
      response.writeHead(status).end(JSON.stringify({ ...health, ...change }));
    });
    expect((await client.system.health()).state).toBe(state);
    server.close();
  }
});

const NO_VERSION = { created_time: "", deletion_time: "", destroyed: false };
const RAFT = {
  config: {
    index: 0,
    servers: [
      {
        node_id: "node1",
        address: "127.0.0.1:8201",
        leader: true,
        protocol_version: "3",
        voter: true,
      },
      {
        node_id: "node2",
        address: "127.0.0.1:8202",
        leader: false,
        protocol_version: "3",
        voter: false,
      },
    ],
  },
};
const member = {
  node_status: "alive",
  last_contact: "0s",
  last_term: 3,
  stable_since: "2026-11-22T05:14:49Z",
};
const AUTOPILOT = {
  failure_tolerance: 0,
  healthy: false,
  leader: "node1",
  voters: ["node1"],
  servers: {
    node1: { ...member, id: "node1", status: "leader", healthy: true, last_index: 29 },
    node2: { ...member, id: "node2", status: "non-voter", healthy: false, last_index: 20 },
  },
};

async function clientOf(answer: RequestListener | object, maxAttempts = 1): Promise<OpenBaoClient> {
  calls = [];
  const listener: RequestListener =
    typeof answer === "function"
      ? (answer as RequestListener)
      : (_, response) => response.end(JSON.stringify(answer));
  server = createServer((request, response) => {
    calls.push(`${request.method} ${request.url}`);
    request.resume().on("end", () => listener(request, response));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const token = SecretValue.of("s.test");
  return new OpenBaoClient({ address: `http://127.0.0.1:${port}`, token, maxAttempts });
}
