/** Which alerts the page lists; the first is what it shows by itself. */
export const ALERT_SHOWS = ["open", "acknowledged", "all"] as const;

export type AlertShow = (typeof ALERT_SHOWS)[number];
