/** Exit codes of every command: fine, findings, cannot tell. */
export const EXIT = { fine: 0, findings: 1, cannotTell: 2 } as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface CommandOutput {
  out(line: string): void;
  err(line: string): void;
}

export interface Command {
  /** `reach DIR [--json]` */
  usage: string;
  summary: string;
  run(args: readonly string[], output: CommandOutput): Promise<ExitCode>;
}

/** A wrong call: the message names the argument and the remedy. */
export class UsageError extends Error {}
