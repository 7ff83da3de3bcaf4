import { type Problem, problemOf } from "#components/problem/problem.ts";

export interface Refusal {
  /** The last part of the field at fault: `rotator.target.host` is `host`. */
  field: string | undefined;
  /** The whole of it. */
  path: string | undefined;
  text: string;
}

/** Why something was refused, with what to do next, and the field it is about. */
export function refusalOf(error: unknown, textOf: (problem: Problem) => string): Refusal {
  const problem: Problem & { field?: string; remedy?: string } = problemOf(error);
  const text = textOf(problem);
  const isOwn = text === problem.message;
  return {
    field: problem.field?.split(".").at(-1),
    path: problem.field,
    // A sentence of the reader's language says what to do already; the server's own names the field first.
    text: isOwn ? [plain(problem), problem.remedy].filter(Boolean).join(" ") : text,
  };
}

/** `port: must be a port` stands beside its field: `Must be a port.` */
function plain({ message, field }: Problem & { field?: string }): string {
  const words =
    field && message.startsWith(`${field}: `) ? message.slice(field.length + 2) : message;
  const ended = /[.!?:)]$/.test(words) ? words : `${words}.`;
  return ended.charAt(0).toUpperCase() + ended.slice(1);
}
