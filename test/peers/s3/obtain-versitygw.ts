import { join } from "node:path";
import { z } from "zod";
import { cachedDirectory } from "../peer-cache.ts";
import { PeerUnobtainable } from "../peer-unobtainable.ts";
import { runTool } from "../run-tool.ts";
import { VERSITYGW_RELEASE } from "./versitygw-release.ts";

const Downloaded = z.object({ Sum: z.string() });

/** Path of the pinned `versitygw`, from the cache or built from its Go module. Throws PeerUnobtainable. */
export async function obtainVersitygw(): Promise<string> {
  const { module, version, sum } = VERSITYGW_RELEASE;
  const wanted = `${module}@${version}`;
  const home = await cachedDirectory(`versitygw-${version}`, async (directory) => {
    const said = await go(["mod", "download", "-json", wanted], directory);
    const { Sum } = Downloaded.parse(JSON.parse(said));
    if (Sum !== sum) throw new Error(`${wanted} is ${Sum}, but ${sum} is pinned: not using it`);
    await go(["install", `${module}/cmd/versitygw@${version}`], directory);
  });
  return join(home, "versitygw");
}

async function go(args: readonly string[], directory: string): Promise<string> {
  const env = { ...process.env, GOBIN: directory, CGO_ENABLED: "0", GOFLAGS: "-p=2" };
  const said = await runTool("go", args, {
    cwd: directory,
    env,
    timeoutMillis: 1_200_000,
  }).catch((error: unknown) => {
    throw new PeerUnobtainable(`go did not deliver it. ${(error as Error).message}`);
  });
  if (said === null) throw new PeerUnobtainable("Go is needed to build it.");
  return said;
}
