import { type PostFault, transportFault } from "../webhook/transport-fault.ts";
import { SinkError, type SinkTrouble } from "./sink.ts";

/** Which fields of a sink's configuration say where it is and whom it trusts. */
export interface Fields {
  readonly address: string;
  readonly trust: string;
}

/** What a person can do about each way of not reaching a receiver. */
export function transportTrouble(
  error: unknown,
  receiver: string,
  { address, trust }: Fields,
): SinkError {
  if (error instanceof SinkError) return error;
  const troubles: Record<PostFault, SinkTrouble> = {
    "address-refused": {
      field: address,
      message: `${receiver} stands for an address that may not be reached from here`,
      remedy: "Name a receiver with a public address, or let its network be allowed.",
    },
    "name-not-found": {
      field: address,
      message: `${receiver} is a name that nobody knows`,
      remedy: "Correct the name, or the name servers of the worker.",
    },
    "connection-refused": {
      field: address,
      message: `nothing listens at ${receiver}`,
      remedy: "Start the receiver, or correct the port.",
    },
    "connection-lost": {
      field: "connection",
      message: `${receiver} broke the connection`,
      remedy: "Look at the receiver's own log: it ended the connection before it answered.",
    },
    tls: {
      field: trust,
      message: `no trusted connection to ${receiver}${tlsCode(error)}`,
      remedy:
        "Give the authority that the receiver's certificate comes from, a certificate for its very name, and our own where it asks for one.",
    },
    timeout: {
      field: "connection",
      message: `${receiver} did not answer in time`,
      remedy: "Look whether the receiver is overloaded, or a firewall drops the connection.",
    },
    other: {
      field: "connection",
      message: `${receiver} could not be reached`,
      remedy: "Look at the worker's log for the cause.",
    },
  };
  return new SinkError(troubles[transportFault(error)]);
}

/** The code alone: it names no secret and no word of the receiver's. */
function tlsCode(error: unknown): string {
  for (let each = error; each; each = (each as { cause?: unknown }).cause) {
    const { code } = each as { code?: unknown };
    if (typeof code === "string" && /^[A-Z0-9_]{3,60}$/.test(code)) return ` (${code})`;
  }
  return "";
}
