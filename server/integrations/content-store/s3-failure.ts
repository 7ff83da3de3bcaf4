import { ContentStoreError, type ContentStoreFailure } from "./content-store.ts";

interface S3Fault {
  name?: string;
  $metadata?: { httpStatusCode?: number };
}

export function isStatus(error: unknown, status: number): boolean {
  return (error as S3Fault).$metadata?.httpStatusCode === status;
}

/** What a failed call means for us; a refusal to delete what is locked comes as AccessDenied. */
export function failureOf(what: string, error: unknown): ContentStoreError {
  if (error instanceof ContentStoreError) return error;
  const status = (error as S3Fault).$metadata?.httpStatusCode;
  const failure: ContentStoreFailure =
    what === "remove" && status === 403 && isLock(error)
      ? "locked"
      : status === 401 || status === 403
        ? "permission_denied"
        : status === undefined || status >= 500 || status === 429
          ? "unreachable"
          : "refused";
  return new ContentStoreError(failure, `${what} (${(error as S3Fault).name ?? "error"})`, {
    cause: error,
  });
}

function isLock(error: unknown): boolean {
  const { name = "", message = "" } = error as { name?: string; message?: string };
  return /lock|retention|WORM/i.test(`${name} ${message}`);
}
