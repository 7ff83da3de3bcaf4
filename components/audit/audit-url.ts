/** The parameters of the URL that say what the page shows. */
export const AUDIT_PARAMS = ["q", "at", "tail"] as const;

type Params = Readonly<Record<string, string | undefined>>;

export interface AuditUrlSearch {
  query: string;
  /** The page begins with the newest event at or before it. */
  at?: Date;
}

/** Reads the search from the URL. A time that can't be read is left out: the page says what it shows. */
export function auditSearchOf(params: Params): AuditUrlSearch {
  const at = params.at ? new Date(params.at) : undefined;
  return {
    query: (params.q ?? "").slice(0, 4_000),
    ...(at && !Number.isNaN(at.getTime()) ? { at } : {}),
  };
}
