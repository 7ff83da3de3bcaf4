import { createHmac } from "node:crypto";
import type { SecretValue } from "#server/platform/secret-value.ts";

const VERSION = "2023-11-03";

/** What the signature of `GET /?restype=service&comp=properties` covers ("Authorize with Shared Key"). */
export function stringToSign(account: string, date: string): string {
  const standardHeaders = "\n".repeat(11);
  const headers = `x-ms-date:${date}\nx-ms-version:${VERSION}\n`;
  return `GET\n${standardHeaders}${headers}/${account}/\ncomp:properties\nrestype:service`;
}

/** Headers that sign the reading of a blob service's properties with an account's key. */
export function sharedKeyHeaders(
  account: string,
  key: SecretValue,
  now: Date,
): Record<string, string> {
  const date = now.toUTCString();
  const secret = Buffer.from(key.reveal(), "base64");
  const signature = createHmac("sha256", secret)
    .update(stringToSign(account, date))
    .digest("base64");
  return {
    "x-ms-date": date,
    "x-ms-version": VERSION,
    authorization: `SharedKey ${account}:${signature}`,
  };
}
