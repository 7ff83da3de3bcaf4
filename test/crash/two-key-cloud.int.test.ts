import { crashSuite } from "./crash-suite.ts";

crashSuite("two-key-cloud", ["cloud.renew-rest", "vault.promote", "cloud.renew-old"]);
