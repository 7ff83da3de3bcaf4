import { obtainDebianPackages } from "../debian/obtain-debian-packages.ts";

/** The directory of Debian's rsyslog with its TLS driver and the libraries that only it needs. Throws PeerUnobtainable. */
export function obtainRsyslog(): Promise<string> {
  return obtainDebianPackages("rsyslog", [
    "rsyslog",
    "rsyslog-openssl",
    "libestr0",
    "libfastjson4",
  ]);
}
