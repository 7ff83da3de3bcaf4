/** What an import begins with: valid but for the names, which only the reader knows. */
export function newBinding(tenantId: string): string {
  return `apiVersion: catalyst.openova.io/v1alpha1
kind: SecretBinding
metadata:
  name: partner-api-token
spec:
  class: api-token
  environment: prod
  owner: team-partners
  path: ${tenantId}/prod/partner-api-token
  grace: 24h
  rotator:
    kind: kv-generated
    field: value
    bytes: 32
    keep: []
`;
}
