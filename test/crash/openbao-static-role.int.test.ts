import { crashSuite } from "./crash-suite.ts";

crashSuite("openbao-static-role", [
  "vault.keep-evidence",
  "database.rotate-role",
  "database.confirm-role",
  "vault.drop-evidence",
]);
