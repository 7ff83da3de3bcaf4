/** Maps that are set as one (`x-kubernetes-map-type: atomic` of the API), by the name of their field. */
export const ATOMIC_MAPS: ReadonlySet<string> = new Set([
  "selector",
  "podSelector",
  "namespaceSelector",
  "labelSelector",
  "nodeSelector",
  "roleRef",
  "secretKeyRef",
  "configMapKeyRef",
  "fieldRef",
  "resourceFieldRef",
  "scopeSelector",
  "claimRef",
  "dataSource",
  "secretRef",
]);
