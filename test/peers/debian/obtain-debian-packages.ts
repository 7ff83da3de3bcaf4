import { mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { cachedDirectory } from "../peer-cache.ts";
import { PeerUnobtainable } from "../peer-unobtainable.ts";
import { runTool } from "../run-tool.ts";

/**
 * A directory with what these packages of the machine's own Debian hold, from the cache or fetched by
 * `apt-get download` (which checks the archive's signature) and unpacked; nothing is installed and no
 * root is needed. Throws PeerUnobtainable where there is no Debian or no archive.
 */
export async function obtainDebianPackages(
  name: string,
  packages: readonly string[],
): Promise<string> {
  const release = await readFile("/etc/os-release", "utf8").catch(() => "");
  const codename = /^VERSION_CODENAME=(\w+)/m.exec(release)?.[1];
  if (!codename)
    throw new PeerUnobtainable("it comes from Debian's packages, and this is no Debian");
  return cachedDirectory(`debian-${codename}-${process.arch}-${name}`, async (directory) => {
    const downloads = join(directory, "downloads");
    await mkdir(downloads);
    await download(downloads, packages);
    for (const file of (await readdir(downloads)).filter((each) => each.endsWith(".deb"))) {
      await runTool("dpkg", ["-x", join(downloads, file), directory]);
    }
    await rm(downloads, { recursive: true });
  });
}

/** With the machine's package lists; where it has none, with lists of our own. */
async function download(directory: string, packages: readonly string[]): Promise<void> {
  const apt = (...args: string[]) =>
    runTool("apt-get", args, { cwd: directory, timeoutMillis: 180_000 });
  try {
    const said = await apt("download", "--quiet", ...packages);
    if (said === null) throw new PeerUnobtainable("apt-get is needed to fetch it.");
    return;
  } catch (error) {
    if (error instanceof PeerUnobtainable) throw error;
  }
  const lists = join(directory, "lists");
  await mkdir(join(lists, "partial"), { recursive: true });
  const own = ["-o", `Dir::State::Lists=${lists}`, "-o", "APT::Sandbox::User="];
  try {
    await apt("update", "--quiet", ...own);
    await apt("download", "--quiet", ...own, ...packages);
  } catch (error) {
    throw new PeerUnobtainable(`Debian's archive did not deliver it. ${(error as Error).message}`);
  }
}
