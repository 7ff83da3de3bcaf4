/** What a live grant gives, and where. */
export interface GrantedHere {
  readonly environment: string;
  readonly scopes: readonly string[];
}

export interface ActInput {
  /** What the roles alone give. */
  readonly standing: ReadonlySet<string>;
  /** The person's grants that are live. */
  readonly grants: readonly GrantedHere[];
  readonly scope: string;
  /** The environment that the act names; null: none, and no grant reaches it. */
  readonly environment: string | null;
  readonly isOnlyStopping: boolean;
  /** Whether the scope there is a right of production that takes a grant. */
  readonly isDemanded: boolean;
}

export interface ActJudgement {
  readonly verdict: "allowed" | "elevation-required" | "out-of-reach";
  /** What the person may do in that act: the roles' scopes and those of every live grant there. */
  readonly scopes: ReadonlySet<string>;
}

/** Whether a person may do an act now, by roles and live grants. */
export function judgeAct(input: ActInput): ActJudgement {
  const { standing, grants, scope, environment } = input;
  const here = grants.filter((grant) => grant.environment === environment);
  const scopes = new Set([...standing, ...here.flatMap((grant) => grant.scopes)]);
  if (environment === null) {
    return { verdict: standing.has(scope) ? "allowed" : "out-of-reach", scopes };
  }
  const isGranted = here.some((grant) => grant.scopes.includes(scope));
  const mustBeGranted = !standing.has(scope) || (input.isDemanded && !input.isOnlyStopping);
  return { verdict: mustBeGranted && !isGranted ? "elevation-required" : "allowed", scopes };
}

/** Whether a grant is live at a time: from its start on, before its end, unless it was ended before. */
export function isLiveAt(
  grant: { readonly startsAt: number; readonly endsAt: number; readonly endedAt: number | null },
  now: number,
): boolean {
  return grant.endedAt === null && grant.startsAt <= now && now < grant.endsAt;
}
