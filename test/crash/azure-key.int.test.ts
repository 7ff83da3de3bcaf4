import { crashSuite } from "./crash-suite.ts";

crashSuite("azure-key", ["keyvault.create", "keyvault.try-new", "keyvault.disable-old"]);
