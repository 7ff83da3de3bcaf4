/** Where findings of the isolation matrix stand: it has a space, so that no cluster has the same name. */
export const ISOLATION_CLUSTER = "isolation matrix";
