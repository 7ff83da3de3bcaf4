import { natsFailure } from "../nats/nats-failure.ts";
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
  const failure = natsFailure(error);
  if (failure === "login-refused") {
    return new SinkError({
      field: "token",
      message: `${server} refused the login`,
      remedy: "Put a valid token, password or credentials file into the vault.",
    });
  }
  if (failure === "permission-denied") {
    return new SinkError({
      field: "subject",
      message: `the login may not publish to ${config.subject}, or not ask about its stream`,
      remedy: `Allow it to publish to ${config.subject} and $JS.API.STREAM.*, and to subscribe to _INBOX.>.`,
    });
  }
  if (failure === "no-stream") return streamTrouble(config);
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
