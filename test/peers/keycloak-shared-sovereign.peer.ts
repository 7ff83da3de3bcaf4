import { claimsContract } from "./claims-contract.ts";
import { startTopology } from "./keycloak/start-topology.ts";

claimsContract({
  name: "Keycloak, one for the whole Sovereign,",
  realm: "core-banking",
  tenants: ["bankdhofar", "core-banking", "digital-channels", "analytics", "corporate-it"],
  start: (consoleUrl) => startTopology("shared-sovereign", consoleUrl),
});
