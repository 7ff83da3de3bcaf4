import { crashSuite } from "./crash-suite.ts";

crashSuite("openbao-transit", ["transit.make-evidence", "transit.rotate", "transit.retire-old"]);
