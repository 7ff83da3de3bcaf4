import "server-only";
import {
  type ImageProblem,
  type ImageReference,
  isTrusted,
  parseImageReference,
} from "#server/engines/deployments/image-reference.ts";
import { AppError } from "#server/platform/errors/app-error.ts";

const WHAT: Record<ImageProblem, [problem: string, remedy: string]> = {
  "not-a-reference": ["is not an image reference", "Write registry/path@sha256:…, in lower case."],
  "no-registry": [
    "names no registry",
    "Write the registry out: a short name means another registry on every machine.",
  ],
  "no-digest": [
    "names no digest: a tag can point to something else tomorrow",
    "Resolve the tag, and name the image as registry/path@sha256:….",
  ],
  "bad-digest": [
    "has a digest that is not sha256 of 64 hexadecimal digits",
    "Copy the digest whole.",
  ],
};

/** Reads image references, or throws `invalid` naming the first at fault and what to do. */
export function readImages(
  texts: readonly string[],
  environment: string,
  trusted: readonly string[],
): ImageReference[] {
  const seen = new Set<string>();
  return texts.map((text, at) => {
    const field = `images.${at}`;
    const image = parseImageReference(text);
    if (typeof image === "string") {
      const [problem, remedy] = WHAT[image];
      throw new AppError("invalid", `${field}: ${problem}`, {
        field,
        remedy,
        said: { key: `image.${image}`, args: { number: at + 1 } },
      });
    }
    if (seen.has(image.repository)) {
      throw new AppError("invalid", `${field}: ${image.repository} is named twice`, {
        field,
        remedy: "Name each repository once.",
        said: { key: "image.twice", args: { repository: image.repository } },
      });
    }
    seen.add(image.repository);
    if (!isTrusted(image.repository, trusted)) {
      throw new AppError(
        "invalid",
        `${field}: ${image.repository} is not below a registry that ${environment} trusts`,
        {
          field,
          remedy: `Trusted are: ${trusted.join(", ")}.`,
          said: {
            key: "image.untrusted",
            args: { repository: image.repository, environment, trusted: trusted.join(", ") },
          },
        },
      );
    }
    return image;
  });
}
