import { JetStreamApiCodes, JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/transport-node";
import { SinkError } from "./sink.ts";
import { transportTrouble } from "./transport-trouble.ts";

interface Named {
  readonly servers: string;
  readonly subject: string;
  readonly stream: string;
}

/** What went wrong with NATS as a whole, with the field and the remedy. */
export function natsTrouble(error: unknown, config: Named, server = config.servers): SinkError {
  if (error instanceof SinkError) return error;
  if (
    isOf(error, errors.AuthorizationError) ||
    isOf(error, errors.UserAuthenticationExpiredError)
  ) {
    return new SinkError({
      field: "token",
      message: `${server} refused the login`,
      remedy: "Put a valid token, password or credentials file into the vault.",
    });
  }
  if (isOf(error, errors.PermissionViolationError)) {
    return new SinkError({
      field: "subject",
      message: `the login may not publish to ${config.subject}, or not ask about its stream`,
      remedy: `Allow it to publish to ${config.subject} and $JS.API.STREAM.*, and to subscribe to _INBOX.>.`,
    });
  }
  if (isOf(error, errors.NoRespondersError) || isNoStream(error)) {
    return streamTrouble(config);
  }
  return transportTrouble(error, server, { address: "servers", trust: "ca" });
}

export function streamTrouble(
  { subject, stream }: Named,
  message = stream ? `the stream ${stream} does not take ${subject}` : `no stream takes ${subject}`,
): SinkError {
  return new SinkError({
    field: stream ? "stream" : "subject",
    message,
    remedy:
      "Make a stream there that takes the subject, acknowledges, and has a duplicate window of two minutes or more.",
  });
}

function isNoStream(error: unknown): boolean {
  return error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound;
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
