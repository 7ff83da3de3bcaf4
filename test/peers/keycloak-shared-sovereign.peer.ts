import { afterAll, beforeAll } from "vitest";
import { claimsContract } from "./claims-contract.ts";
import { consoleContract } from "./console/console-contract.ts";
import { type KeycloakTopology, startTopology } from "./keycloak/start-topology.ts";
import { freePorts } from "./running-server.ts";

const name = "Keycloak, one for the whole Sovereign,";
const realm = "core-banking";
const tenants = ["bankdhofar", "core-banking", "digital-channels", "analytics", "corporate-it"];
const [port = 0] = await freePorts(1);
let topology: KeycloakTopology;

beforeAll(async () => {
  topology = await startTopology("shared-sovereign", `http://localhost:${port}`);
});

afterAll(async () => {
  await topology?.stop();
});

const start = async () => ({ ...topology, stop: async () => undefined });
claimsContract({ name, realm, tenants, port, start });

consoleContract({
  name,
  sovereign: "bankdhofar",
  realm,
  otherRealm: "analytics",
  tenants,
  port,
  isOneForEach: false,
  takesAMinute: true,
  topology: () => topology,
});
