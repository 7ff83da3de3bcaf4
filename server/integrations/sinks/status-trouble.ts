import { SinkError } from "./sink.ts";
import type { SinkAnswer } from "./sink-http.ts";

/** Which fields of a sink's configuration an answer may speak of. */
export interface AnswerFields {
  readonly login: string;
  readonly place: string;
}

/** Whether the receiver asks for patience: it is not the configuration that is wrong. */
export function isPassing(status: number): boolean {
  return status === 408 || status === 425 || status === 429 || status >= 500;
}

/** What an answer that is about no single event means, in words and with a remedy. */
export function statusTrouble(
  { status, retryAfterMs }: SinkAnswer,
  receiver: string,
  { login, place }: AnswerFields,
): SinkError {
  const said = (field: string, message: string, remedy: string) =>
    new SinkError({ field, message, remedy }, retryAfterMs);
  if (status === 401 || status === 403) {
    return said(
      login,
      `${receiver} refused the login (${status})`,
      "Put a valid credential with the right to write there into the vault.",
    );
  }
  if (status === 404 || status === 405 || status === 410) {
    return said(
      place,
      `${receiver} has nothing that takes events there (${status})`,
      "Correct the address and what is named behind it.",
    );
  }
  if (status >= 300 && status < 400) {
    return said(
      place,
      `${receiver} sends on to another address (${status}), which is not followed`,
      "Name the address that it sends on to.",
    );
  }
  if (isPassing(status)) {
    return said(
      "connection",
      `${receiver} can't take events now (${status})`,
      "It is tried again; look at the receiver if this goes on.",
    );
  }
  return said(
    place,
    `${receiver} answered ${status}`,
    "Look whether this is the receiver of this kind, and what its own log says.",
  );
}
