import fs, { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import git from "isomorphic-git";

const MESSAGE = "What the demo's cluster should be";
/** When the cluster was handed over: before anybody changed it by hand. */
const HANDED_OVER = Date.UTC(2026, 10, 16, 6) / 1_000;

/**
 * Makes the demo's repository with what is desired of its cluster, or brings it up to date. One to which
 * somebody committed is theirs, and stays as it is.
 */
export async function writeDemoRepository(
  dir: string,
  sovereign: string,
  texts: ReadonlyMap<string, string>,
): Promise<void> {
  const files = new Map([...texts].map(([name, text]) => [`clusters/${sovereign}/${name}`, text]));
  files.set("README.md", README);
  const isNew = !existsSync(join(dir, ".git"));
  if (isNew) await git.init({ fs, dir, defaultBranch: "main" });
  else {
    const [newest] = await git.log({ fs, dir, depth: 1 }).catch(() => []);
    if (newest && newest.commit.message.trim() !== MESSAGE) return;
  }
  for (const filepath of await git.listFiles({ fs, dir })) {
    if (!files.has(filepath)) await git.remove({ fs, dir, filepath });
  }
  for (const [filepath, text] of files) {
    mkdirSync(dirname(join(dir, filepath)), { recursive: true });
    writeFileSync(join(dir, filepath), text);
    await git.add({ fs, dir, filepath });
  }
  const changed =
    isNew || (await git.statusMatrix({ fs, dir })).some(([, head, , stage]) => head !== stage);
  if (!changed) return;
  const timestamp = isNew ? HANDED_OVER : Math.floor(Date.now() / 1_000);
  const author = {
    name: "Platform",
    email: `platform@${sovereign}.example`,
    timestamp,
    timezoneOffset: -240,
  };
  await git.commit({ fs, dir, message: MESSAGE, author });
}

const README = `# What the clusters should be

One folder a cluster, plain YAML. The console reads it and tells what the cluster has otherwise.
Commit a change to the branch \`main\` and look at the page of drift findings.
`;
