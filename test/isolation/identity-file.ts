export function issuerOf(realm: string): string {
  return `https://sso.example/realms/${realm}`;
}

/** identity.json of these tenants, each with a realm of its own. */
export function identityFile(tenants: readonly string[]): string {
  const realms = tenants.map((tenant) => ({
    realm: tenant,
    issuer: issuerOf(tenant),
    clientId: "sovereign-console",
    clientSecretFile: "/nonexistent/client-secret",
    displayName: "A realm",
    binding: { kind: "tenant", tenant },
  }));
  return JSON.stringify({ topology: "per-organization", realms });
}
