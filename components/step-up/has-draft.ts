/** The parameter that says how the way to the identity provider ended. */
export const STEP_UP_PARAMETER = "step-up";

export const draftKey = (form: string) => `step-up:${form}`;

/** Whether the page was come back to for this form: who shows it on demand only shows it then. */
export function hasDraft(form: string): boolean {
  return (
    new URLSearchParams(window.location.search).has(STEP_UP_PARAMETER) &&
    window.sessionStorage.getItem(draftKey(form)) !== null
  );
}
