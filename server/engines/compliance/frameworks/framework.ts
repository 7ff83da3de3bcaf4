import type { CheckId } from "../judge-checks.ts";

export const FRAMEWORK_IDS = ["soc2", "iso27001", "psd2-fapi", "dora", "nis2", "gdpr"] as const;
export type FrameworkId = (typeof FRAMEWORK_IDS)[number];

/**
 * One control of a framework, by the number that the framework gives it. Its words are our own, in
 * `messages/<locale>/compliance.json`: the standards' texts are their publishers'.
 */
export interface Control {
  readonly id: string;
  /** Live checks that bear on it; they don't stand for all of it. */
  readonly checks: readonly CheckId[];
}

export interface Framework {
  readonly id: FrameworkId;
  /** As it is cited. */
  readonly title: string;
  readonly controls: readonly Control[];
}
