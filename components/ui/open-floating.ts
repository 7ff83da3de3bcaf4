/**
 * Opens a popover beside its owner. Browsers with anchor positioning place it by stylesheet
 * (`styles/floating.css`); for the others it is placed once, below the owner and inside the window.
 */
export function openFloating(box: HTMLElement, owner: HTMLElement): void {
  box.showPopover({ source: owner });
  if (CSS.supports("position-area: block-end")) return;
  const at = owner.getBoundingClientRect();
  const fits = Math.max(8, Math.min(at.left, window.innerWidth - box.offsetWidth - 8));
  box.style.left = `${fits}px`;
  box.style.top = `${Math.min(at.bottom + 4, window.innerHeight - box.offsetHeight - 8)}px`;
}
