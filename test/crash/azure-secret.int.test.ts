import { crashSuite } from "./crash-suite.ts";

crashSuite("azure-secret", ["keyvault.set", "keyvault.read-back", "keyvault.disable-old"]);
