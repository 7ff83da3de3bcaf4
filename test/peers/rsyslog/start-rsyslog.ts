import { readdir, readFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { throwawayDirectory } from "#test/harness/throwaway-directory.ts";
import { freePorts, startServer } from "../running-server.ts";

export interface RsyslogOptions {
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
  /** Of an earlier one, whose file this one goes on with. */
  readonly directory?: string;
  readonly port?: number;
}

/** One line of the file that it writes. */
export interface RsyslogLine {
  readonly pri: string;
  readonly timestamp: string;
  readonly hostname: string;
  readonly app: string;
  readonly msgid: string;
  readonly data: string;
  readonly msg: string;
}

const config = (directory: string, port: number) => `
global(
  workDirectory="${directory}" maxMessageSize="64k"
  defaultNetstreamDriver="ossl"
  defaultNetstreamDriverCAFile="${directory}/ca.pem"
  defaultNetstreamDriverCertFile="${directory}/server.pem"
  defaultNetstreamDriverKeyFile="${directory}/server.key"
)
module(load="imtcp" streamDriver.name="ossl" streamDriver.mode="1" streamDriver.authMode="x509/certvalid")
template(name="line" type="list" option.jsonf="on") {
  property(outname="pri" name="pri" format="jsonf")
  property(outname="timestamp" name="timereported" dateFormat="rfc3339" format="jsonf")
  property(outname="hostname" name="hostname" format="jsonf")
  property(outname="app" name="app-name" format="jsonf")
  property(outname="msgid" name="msgid" format="jsonf")
  property(outname="data" name="structured-data" format="jsonf")
  property(outname="msg" name="msg" format="jsonf")
}
input(type="imtcp" address="127.0.0.1" port="${port}")
action(type="omfile" file="${directory}/messages.log" template="line")
`;

/** Debian's own rsyslogd with TLS on loopback; clients must show a certificate of the authority. */
export async function startRsyslog(home: string, options: RsyslogOptions) {
  const directory = options.directory ?? (await throwawayDirectory());
  const port = options.port ?? (await freePorts(1))[0] ?? 0;
  const file = (name: string) => join(directory, name);
  await writeFile(file("ca.pem"), options.ca);
  await writeFile(file("server.pem"), options.cert);
  await writeFile(file("server.key"), options.key, { mode: 0o600 });
  await writeFile(file("rsyslog.conf"), config(directory, port));
  const [triplet = "."] = (await readdir(join(home, "usr/lib"))).filter((name) =>
    name.includes("-linux-"),
  );
  const libraries = join(home, "usr/lib", triplet);
  const server = await startServer({
    name: "rsyslog",
    program: join(home, "usr/sbin/rsyslogd"),
    args: [
      ...["-n", "-f", file("rsyslog.conf"), "-i", file("pid")],
      "-M",
      join(libraries, "rsyslog"),
    ],
    cwd: directory,
    env: {
      PATH: process.env.PATH,
      HOME: directory,
      LD_LIBRARY_PATH: libraries,
      NODE_ENV: process.env.NODE_ENV,
    },
    logFile: file("rsyslog.out"),
    isReady: () => listens(port),
    startTimeout: 30_000,
  });
  return {
    ...server,
    port,
    directory,
    async lines(): Promise<RsyslogLine[]> {
      const text = await readFile(file("messages.log"), "utf8").catch(() => "");
      // Its own words about itself are no events.
      return text
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as RsyslogLine)
        .filter(({ app }) => app === "sovereign-console");
    },
  };
}

function listens(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}
