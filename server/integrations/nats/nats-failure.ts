import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import { type PostFault, transportFault } from "../webhook/transport-fault.ts";

/** `no-stream`: none takes the subject, or none of this name; `other`: what the client or the server says is not told. */
export type NatsFailure =
  | "login-refused"
  | "permission-denied"
  | "no-stream"
  | "no-consumer"
  | PostFault;

/** What an error of the client means. Its own words hold those of the server, which may repeat a login (law 6). */
export function natsFailure(error: unknown): NatsFailure {
  if (
    isOf(error, errors.AuthorizationError) ||
    isOf(error, errors.UserAuthenticationExpiredError)
  ) {
    return "login-refused";
  }
  if (isOf(error, errors.PermissionViolationError)) return "permission-denied";
  if (isOf(error, errors.NoRespondersError)) return "no-stream";
  if (error instanceof JetStreamApiError) {
    if (error.code === JetStreamApiCodes.StreamNotFound) return "no-stream";
    if (error.code === JetStreamApiCodes.ConsumerNotFound) return "no-consumer";
  }
  return transportFault(error);
}

/** The client wraps what happened, often twice. */
function isOf(error: unknown, kind: abstract new (...parts: never[]) => Error): boolean {
  let each: unknown = error;
  while (each instanceof Error) {
    if (each instanceof kind) return true;
    each = (each as { cause?: unknown }).cause;
  }
  return false;
}
