/**
 * The S3 server that the content store is tried against: Versity's gateway over a folder, built from its Go
 * module. `sum` is the module's own hash (`h1:`), which is compared before anything is built.
 */
export const VERSITYGW_RELEASE = {
  module: "github.com/versity/versitygw",
  version: "v1.8.0",
  sum: "h1:au+wI+aybno/STsQiSm35Uu6Q6iK5MWReQxgO6SEMFc=",
} as const;
