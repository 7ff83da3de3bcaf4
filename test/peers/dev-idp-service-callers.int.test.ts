/** The contract of service callers kept by the development identity provider, in every integration run. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startDevIdp } from "#server/embedded/idp/testing/start-dev-idp.ts";
import { serviceCallersContract } from "./service-callers-contract.ts";

serviceCallersContract("the development identity provider", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dev-idp-"));
  const idp = await startDevIdp({ folder, consoleUrl: "http://localhost:3000" });
  return {
    url: idp.url,
    admin: idp.admin,
    consoleSecret: readFileSync(join(folder, "acme-shop.client-secret"), "utf8"),
    async stop() {
      await idp.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
});
