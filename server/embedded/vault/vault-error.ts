/** An answer other than success, with OpenBao's status and error texts. */
export class VaultError extends Error {
  readonly status: number;
  readonly errors: string[];

  constructor(status: number, ...errors: string[]) {
    super(errors.join("; "));
    this.status = status;
    this.errors = errors;
  }
}

export const permissionDenied = () => new VaultError(403, "permission denied");
export const absent = () => new VaultError(404);
export const noHandler = (path: string) =>
  new VaultError(404, `no handler for route "${path}". route entry not found.`);
