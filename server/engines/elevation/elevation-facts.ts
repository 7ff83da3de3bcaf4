import { askableScopes, type ElevationRules } from "./elevation-policy.ts";

export interface ElevationInput {
  /** The database's clock. */
  readonly now: Date;
  readonly rules: ElevationRules;
  /** The person's roles as just read. */
  readonly roles: readonly string[];
  readonly scopes: readonly string[];
  readonly durationSeconds: number;
  /** Null: at once. */
  readonly startsAt: Date | null;
  /** The person's other grants that are live or still to start, and requests that still wait. */
  readonly others: number;
  /** The grant that is prolonged, or null for a new one. */
  readonly prolongs: { readonly endsAt: Date; readonly isOver: boolean } | null;
}

/** One fact for each thing that stands in the way; Cedar forbids by each of them. */
export interface ElevationFacts {
  readonly isOffered: boolean;
  readonly isDurationAllowed: boolean;
  readonly isStartAllowed: boolean;
  readonly isBelowMost: boolean;
  /** Whether what is prolonged is not over; true for a new grant. */
  readonly isGrantAlive: boolean;
}

/**
 * The facts that asking for elevation, and activating it, are judged by. However often it is prolonged,
 * a grant never reaches further than the longest duration from the moment of prolonging.
 */
export function elevationFacts(input: ElevationInput): ElevationFacts {
  const { now, rules, scopes, durationSeconds, startsAt, prolongs } = input;
  const askable = askableScopes(rules, input.roles);
  const ahead = startsAt ? (startsAt.getTime() - now.getTime()) / 1_000 : 0;
  const reaches = prolongs
    ? (prolongs.endsAt.getTime() - now.getTime()) / 1_000 + durationSeconds
    : durationSeconds;
  return {
    isOffered: scopes.length > 0 && scopes.every((scope) => askable.includes(scope)),
    isDurationAllowed: reaches <= rules.maxDurationSeconds,
    isStartAllowed: ahead <= rules.maxAheadSeconds,
    isBelowMost: prolongs !== null || input.others < rules.maxLivePerPerson,
    isGrantAlive: prolongs === null || !prolongs.isOver,
  };
}
