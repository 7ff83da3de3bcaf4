import type { SortingState } from "@tanstack/react-table";

/** `-age` is age, largest first; the empty text keeps the order the rows came in. */
export function sortingOf(text: string): SortingState {
  if (text === "") return [];
  const desc = text.startsWith("-");
  return [{ id: desc ? text.slice(1) : text, desc }];
}

/** The text that `sortingOf` reads. */
export function sortText([first]: SortingState): string {
  return first ? `${first.desc ? "-" : ""}${first.id}` : "";
}
