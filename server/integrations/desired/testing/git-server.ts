import fs from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import git from "isomorphic-git";

export interface GitServer extends AsyncDisposable {
  url: string;
  /** What was asked for, as `GET info/refs` and `POST git-upload-pack`. */
  requests: string[];
  /** How many objects each pack held. */
  packs: number[];
  /** What the server does instead of answering. */
  mode: "answer" | "hang" | "fail" | "redirect";
  /** `user:password` that is asked for; null: anybody may read. */
  login: string | null;
}

const CAPABILITIES = "multi_ack_detailed side-band-64k ofs-delta shallow no-progress agent=test";

/**
 * Serves one repository by Git's smart HTTP protocol, version 1 (gitprotocol-http, gitprotocol-pack):
 * shallow, and without what the client says it has.
 */
export async function startGitServer(gitdir: string): Promise<GitServer> {
  const served: Pick<GitServer, "requests" | "packs" | "mode" | "login"> = {
    requests: [],
    packs: [],
    mode: "answer",
    login: null,
  };
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => response.writeHead(500).end(error.message));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? "/", "http://git");
    served.requests.push(`${request.method} ${pathname.split(".git/")[1] ?? pathname}`);
    const { mode, login } = served;
    if (mode === "hang") return;
    if (mode === "fail") return void response.writeHead(503).end("the forge is being mended");
    if (mode === "redirect") {
      return void response.writeHead(302, { location: "http://elsewhere.example/" }).end();
    }
    const given = Buffer.from(request.headers.authorization?.split(" ")[1] ?? "", "base64");
    if (login !== null && given.toString() !== login) {
      return void response.writeHead(given.length > 0 ? 403 : 401).end("no");
    }
    if (!pathname.startsWith("/team/desired.git/")) return void response.writeHead(404).end();
    if (request.method === "GET") {
      response.writeHead(200, { "content-type": "application/x-git-upload-pack-advertisement" });
      response.end(await advertisement());
      return;
    }
    let body = "";
    for await (const chunk of request as AsyncIterable<Buffer>) body += chunk.toString("latin1");
    response.writeHead(200, { "content-type": "application/x-git-upload-pack-result" });
    const words = (name: string) =>
      [...body.matchAll(new RegExp(`${name} ([0-9a-f]{40})`, "g"))].map(([, oid]) => oid ?? "");
    response.end(await pack(words("want"), words("have")));
  }

  async function advertisement(): Promise<Buffer> {
    const branches = await git.listBranches({ fs, gitdir });
    const named = ["HEAD", ...branches.map((name) => `refs/heads/${name}`)];
    const lines = await Promise.all(
      named.map(async (ref) => {
        return `${await git.resolveRef({ fs, gitdir, ref })} ${ref}`;
      }),
    );
    const refs = lines.map((line, at) => packet(`${line}${at === 0 ? `\0${CAPABILITIES}` : ""}\n`));
    return Buffer.concat([packet("# service=git-upload-pack\n"), FLUSH, ...refs, FLUSH]);
  }

  async function pack(wants: readonly string[], haves: readonly string[]): Promise<Buffer> {
    const known = new Set<string>();
    for (const oid of haves) await collect(oid, known);
    const wanted = new Set<string>();
    for (const oid of wants) await collect(oid, wanted);
    const oids = [...wanted].filter((oid) => !known.has(oid));
    served.packs.push(oids.length);
    const { packfile } = await git.packObjects({ fs, dir: gitdir, gitdir, oids, write: false });
    const bytes = Buffer.from(packfile ?? []);
    const parts: Buffer[] = [];
    for (let at = 0; at < bytes.length; at += 60_000) {
      parts.push(packet(Buffer.concat([Buffer.from([1]), bytes.subarray(at, at + 60_000)])));
    }
    const shallow = wants.map((oid) => packet(`shallow ${oid}\n`));
    return Buffer.concat([...shallow, FLUSH, packet("NAK\n"), ...parts, FLUSH]);
  }

  async function collect(commit: string, into: Set<string>): Promise<void> {
    into.add(commit);
    const { tree } = (await git.readCommit({ fs, gitdir, oid: commit })).commit;
    const visit = async (oid: string): Promise<void> => {
      into.add(oid);
      for (const entry of (await git.readTree({ fs, gitdir, oid })).tree) {
        if (entry.type === "tree") await visit(entry.oid);
        else if (entry.type === "blob") into.add(entry.oid);
      }
    };
    await visit(tree);
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return Object.assign(served, {
    url: `http://127.0.0.1:${port}/team/desired.git`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  });
}

const FLUSH = Buffer.from("0000");

function packet(content: string | Buffer): Buffer {
  const bytes = Buffer.from(content as string);
  return Buffer.concat([Buffer.from((bytes.length + 4).toString(16).padStart(4, "0")), bytes]);
}
