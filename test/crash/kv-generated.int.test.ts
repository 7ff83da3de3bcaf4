import { crashSuite } from "./crash-suite.ts";

crashSuite("kv-generated", ["vault.stage", "vault.promote", "vault.unstage", "vault.destroy-old"]);
