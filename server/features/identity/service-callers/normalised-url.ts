/** Characters that mean the same written plainly or as `%XX` (RFC 3986 §2.3). */
const UNRESERVED = /[A-Za-z0-9\-._~]/;

/**
 * A URL without query and fragment, normalised by syntax and scheme (RFC 3986 §6.2.2 and §6.2.3), as
 * RFC 9449 §4.3 compares `htu`. Null for what is no http URL.
 */
export function normalisedUrl(text: string): string | null {
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.password) return null;
  const path = url.pathname.replace(/%([0-9a-f]{2})/gi, (whole, hex: string) => {
    const character = String.fromCharCode(Number.parseInt(hex, 16));
    return UNRESERVED.test(character) ? character : whole.toUpperCase();
  });
  return `${url.origin}${path}`;
}
