import { claimsContract } from "./claims-contract.ts";
import { startTopology } from "./keycloak/start-topology.ts";

claimsContract({
  name: "Keycloak, one for each organization,",
  realm: "muscatpharmacy",
  tenants: ["omantel", "muscatpharmacy", "acme-shop", "lulu-hypermarket"],
  start: (consoleUrl) => startTopology("per-organization", consoleUrl),
});
