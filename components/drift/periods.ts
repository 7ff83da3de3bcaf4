/** For how long something may be hidden, in seconds. */
export const PERIODS = [3_600, 86_400, 604_800, 2_592_000, 7_776_000, 31_536_000] as const;
export type Period = (typeof PERIODS)[number];

export function periodOf(text: string): Period | null {
  return PERIODS.find((each) => String(each) === text) ?? null;
}
