/** What keeps root keys of tenants. */
export const KEEPER_KINDS = ["local", "openbao-transit"] as const;
export type KeeperKind = (typeof KEEPER_KINDS)[number];
