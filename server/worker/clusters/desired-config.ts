import { z } from "zod";

const path = z.string().min(1).max(1_000);

/** Where it is written down what a cluster should be. */
export const DesiredConfig = z.union([
  z.strictObject({
    git: z.strictObject({
      /** Shown as where it is from; the repository's own name otherwise. */
      name: z.string().min(1).max(200).optional(),
      /** A URL of https or ssh, or the path of a local repository. */
      repository: z.string().min(1).max(1_000),
      branch: z.string().min(1).max(250),
      /** The folder in it; the whole repository otherwise. */
      path: z.string().max(1_000).default(""),
      /** A file with the token or key that may read it. */
      tokenFile: path.optional(),
      sshKeyFile: path.optional(),
      knownHostsFile: path.optional(),
      caFile: path.optional(),
    }),
  }),
  z.strictObject({
    pulumi: z.strictObject({ file: path, name: z.string().min(1).max(200).optional() }),
  }),
  z.strictObject({ folder: path }),
]);
export type DesiredConfig = z.infer<typeof DesiredConfig>;
