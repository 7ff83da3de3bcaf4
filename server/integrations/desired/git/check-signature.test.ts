import { execFileSync } from "node:child_process";
import fs, { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import git from "isomorphic-git";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DesiredConfig } from "../desired-config.ts";
import { gitBackend } from "../testing/git-backend.ts";
import { sshSigningKey } from "../testing/ssh-signing-key.ts";
import { gitSource } from "./git-source.ts";

let folder: string;
const allowed = sshSigningKey();
const stranger = sshSigningKey();
const dir = () => join(folder, "repository");
const signersFile = () => join(folder, "allowed");

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "console-signed-"));
  await git.init({ fs, dir: dir(), defaultBranch: "main" });
  writeFileSync(signersFile(), `platform@example.om namespaces="git" ${allowed.line}\n`);
});
afterEach(() => rmSync(folder, { recursive: true }));

async function commit(name: string, sign?: (payload: string) => string): Promise<string> {
  writeFileSync(
    join(dir(), "web.yaml"),
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: ${name} }\n`,
  );
  await git.add({ fs, dir: dir(), filepath: "web.yaml" });
  const author = { name: "Platform", email: "platform@example.om", timestamp: 1_790_000_000 };
  return git.commit({
    fs,
    dir: dir(),
    message: "Ändern",
    author,
    ...(sign ? { signingKey: "key", onSign: ({ payload }) => ({ signature: sign(payload) }) } : {}),
  });
}

function source(signers?: { required?: boolean }) {
  const named = signers ? { signers: { file: signersFile(), ...signers } } : {};
  const config = DesiredConfig.parse({ git: { repository: dir(), ...named } });
  if (!("git" in config)) throw new Error("no Git");
  const cacheDir = join(folder, "cache");
  return gitSource({ cluster: "muscat", config: config.git, credential: null, cacheDir });
}

const signatureOf = async (one: ReturnType<typeof source>) => (await one.read()).commit?.signature;
const failureOf = (one: ReturnType<typeof source>) =>
  one.read().then(
    () => "read",
    ({ failure, message }: { failure: string; message: string }) => `${failure}: ${message}`,
  );

test("a commit of an allowed signer is believed and told with its signer", async () => {
  await commit("web", allowed.sign);
  expect(await signatureOf(source({}))).toMatchObject({
    state: "verified",
    signer: "platform@example.om",
  });
  expect(await signatureOf(source())).toEqual({ state: "unchecked" });
});

test.each([
  ["nobody", undefined, "unsigned"],
  ["somebody else", stranger.sign, "unknown-key"],
  ["another text", () => allowed.sign("tree"), "bad-signature"],
  ["another purpose", (payload: string) => allowed.sign(payload, "file"), "other-purpose"],
  ["OpenPGP", () => "-----BEGIN PGP SIGNATURE-----\nx\n-----END PGP SIGNATURE-----", "openpgp"],
])(
  "a commit signed by %s is not believed, or told where none is required",
  async (_, sign, why) => {
    await commit("web", sign);
    expect(await failureOf(source({}))).toContain(`untrusted: `);
    expect(await failureOf(source({}))).toContain(`(${why})`);
    const told = await signatureOf(source({ required: false }));
    expect(told).toMatchObject(why === "unsigned" ? { state: "none" } : { state: "rejected", why });
  },
);

test("signers come and go without a new commit; a file that can't be understood allows nobody", async () => {
  await commit("web", allowed.sign);
  const one = source({});
  expect(await failureOf(one)).toBe("read");
  writeFileSync(signersFile(), `other@example.om ${stranger.line}\n`);
  expect(await failureOf(one)).toContain("unknown-key");
  writeFileSync(signersFile(), "nonsense\n");
  expect(await failureOf(one)).toContain("line 1");
  rmSync(signersFile());
  expect(await failureOf(one)).toContain("untrusted");
});

test.runIf(gitBackend())("what Git itself signed is verified too", async () => {
  await commit("web");
  const key = join(folder, "key");
  execFileSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key]);
  const options = [
    "gpg.format=ssh",
    `user.signingkey=${key}`,
    "user.name=Müller",
    "user.email=m@x",
  ];
  execFileSync("git", [
    ...["-C", dir(), ...options.flatMap((each) => ["-c", each])],
    ...["commit", "-q", "--allow-empty", "-S", "-m", "Größe\n\n- kept as it is  \n"],
  ]);
  writeFileSync(signersFile(), `platform ${fs.readFileSync(`${key}.pub`, "utf8")}`);
  expect(await signatureOf(source({}))).toMatchObject({ state: "verified", signer: "platform" });
});
