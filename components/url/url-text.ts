/** The URL of a page with some parameters set anew; `null` and the empty text take one away. */
export function withParams(
  pathname: string,
  current: string,
  patch: Readonly<Record<string, string | null>>,
): string {
  const params = new URLSearchParams(current);
  for (const [name, value] of Object.entries(patch)) {
    if (value === null || value === "") params.delete(name);
    else params.set(name, value);
  }
  const text = params.toString();
  return text === "" ? pathname : `${pathname}?${text}`;
}
