import { crashSuite } from "./crash-suite.ts";

crashSuite("openbao-pki-intermediate", ["pki.make-request", "pki.take", "pki.revoke-above"]);
