import { crashSuite } from "./crash-suite.ts";

crashSuite("openbao-dynamic", [
  "lease.issue",
  "vault.stage",
  "vault.promote",
  "vault.unstage",
  "lease.revoke",
]);
