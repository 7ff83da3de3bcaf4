import { crashSuite } from "./crash-suite.ts";

crashSuite("keycloak-client-secret", ["keycloak.rotate", "vault.promote", "keycloak.end-old"]);
