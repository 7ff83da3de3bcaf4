/** The code of an error that says an address may not be dialled. */
export const ADDRESS_REFUSED = "ERR_ADDRESS_REFUSED";

export type PostFault =
  | "address-refused"
  | "name-not-found"
  | "connection-refused"
  | "connection-lost"
  | "tls"
  | "timeout"
  | "other";

const FAULTS: Record<string, PostFault> = {
  [ADDRESS_REFUSED]: "address-refused",
  ENOTFOUND: "name-not-found",
  EAI_AGAIN: "name-not-found",
  ECONNREFUSED: "connection-refused",
  ECONNRESET: "connection-lost",
  EPIPE: "connection-lost",
  UND_ERR_SOCKET: "connection-lost",
  ETIMEDOUT: "timeout",
  UND_ERR_CONNECT_TIMEOUT: "timeout",
  UND_ERR_HEADERS_TIMEOUT: "timeout",
  UND_ERR_BODY_TIMEOUT: "timeout",
};

/** What went wrong before there was an answer, by the codes of Node and undici. */
export function transportFault(error: unknown): PostFault {
  const { name, code, cause, errors } = error as {
    name?: string;
    code?: unknown;
    cause?: unknown;
    errors?: unknown[];
  };
  if (name === "TimeoutError") return "timeout";
  if (typeof code === "string") {
    const known = FAULTS[code];
    if (known) return known;
    if (/^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|DEPTH_|SELF_SIGNED|UNABLE_TO)/.test(code)) return "tls";
    if (code === "EPROTO") return "tls";
  }
  const inner = cause ?? errors?.[0];
  return inner ? transportFault(inner) : "other";
}
