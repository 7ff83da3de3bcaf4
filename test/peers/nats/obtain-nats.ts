import { join } from "node:path";
import { obtainDebianPackages } from "../debian/obtain-debian-packages.ts";

/** Path of Debian's `nats-server`. Throws PeerUnobtainable. */
export async function obtainNats(): Promise<string> {
  return join(await obtainDebianPackages("nats", ["nats-server"]), "usr/sbin/nats-server");
}
