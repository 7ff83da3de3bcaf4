import { crashSuite } from "./crash-suite.ts";

crashSuite("postgres-dual-user");
