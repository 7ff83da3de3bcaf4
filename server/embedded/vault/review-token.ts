import { VaultError } from "./vault-error.ts";

interface TokenReview {
  status?: { authenticated?: boolean; user?: { username?: string }; audiences?: string[] };
}

/** Asks a Kubernetes API whose service-account token this is; null when it says nobody's. */
export async function reviewToken(
  host: string,
  reviewerJwt: string,
  token: string,
  audiences: string[],
): Promise<{ namespace: string; name: string } | null> {
  const url = `${host.replace(/\/+$/, "")}/apis/authentication.k8s.io/v1/tokenreviews`;
  let review: TokenReview;
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { authorization: `Bearer ${reviewerJwt}`, "content-type": "application/json" },
      body: JSON.stringify({
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenReview",
        spec: { token, audiences },
      }),
    });
    if (!response.ok) return null;
    review = (await response.json()) as TokenReview;
  } catch {
    throw new VaultError(500, "the Kubernetes API could not be asked");
  }
  const { authenticated, user, audiences: accepted = [] } = review.status ?? {};
  const isForUs = audiences.length === 0 || audiences.some((each) => accepted.includes(each));
  const [, namespace, name] =
    /^system:serviceaccount:([^:]+):([^:]+)$/.exec(user?.username ?? "") ?? [];
  return authenticated && isForUs && namespace && name ? { namespace, name } : null;
}
