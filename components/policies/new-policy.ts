/** What a new policy begins with: valid, and close to the default of API tokens. */
export const NEW_POLICY = `apiVersion: catalyst.openova.io/v1alpha1
kind: SecretPolicy
metadata:
  name: my-policy
spec:
  rules:
    - kind: api-token
      maxTTL: 90d
      rotateBefore: 7d
`;
