import { crashSuite } from "./crash-suite.ts";

crashSuite("openbao-pki-root", ["pki.make-root", "pki.cross-sign", "pki.set-default"]);
