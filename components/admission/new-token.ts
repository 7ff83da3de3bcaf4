const TOKEN_BYTES = 32;

const hex = (bytes: Uint8Array) =>
  [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

/** A token of 256 bits and its SHA-256. Made here, so that only the hash ever leaves the browser (law 6). */
export async function newToken(): Promise<{ token: string; hash: string }> {
  const token = hex(crypto.getRandomValues(new Uint8Array(TOKEN_BYTES)));
  return { token, hash: await hashOf(token) };
}

export async function hashOf(token: string): Promise<string> {
  return hex(
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(token))),
  );
}
