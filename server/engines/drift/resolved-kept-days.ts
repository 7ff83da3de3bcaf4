/** How long a resolved finding is kept with its history, in days; the log keeps its events by its own rules. */
export const RESOLVED_KEPT_DAYS = 180;
