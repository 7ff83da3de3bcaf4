import { afterAll, beforeAll } from "vitest";
import { claimsContract } from "./claims-contract.ts";
import { consoleContract } from "./console/console-contract.ts";
import { type KeycloakTopology, startTopology } from "./keycloak/start-topology.ts";
import { freePorts } from "./running-server.ts";

const name = "Keycloak, one for each organization,";
const realm = "muscatpharmacy";
const tenants = ["omantel", "muscatpharmacy", "acme-shop", "lulu-hypermarket"];
const [port = 0] = await freePorts(1);
let topology: KeycloakTopology;

beforeAll(async () => {
  topology = await startTopology("per-organization", `http://localhost:${port}`);
});

afterAll(async () => {
  await topology?.stop();
});

const start = async () => ({ ...topology, stop: async () => undefined });
claimsContract({ name, realm, tenants, port, start });

consoleContract({
  name,
  sovereign: "omantel",
  realm,
  otherRealm: "acme-shop",
  tenants,
  port,
  isOneForEach: true,
  takesAMinute: false,
  topology: () => topology,
});
