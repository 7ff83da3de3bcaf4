const PROTOCOL = "openid-connect";

/**
 * What the console's tokens carry beyond Keycloak's default scopes:
 * its roles in access and ID token, the API's audience, the tenants claim, and the demo mark.
 */
export const CONSOLE_MAPPERS = [
  {
    name: "runtime-api roles",
    protocol: PROTOCOL,
    protocolMapper: "oidc-usermodel-client-role-mapper",
    consentRequired: false,
    config: {
      "usermodel.clientRoleMapping.clientId": "runtime-api",
      "claim.name": "resource_access.runtime-api.roles",
      "jsonType.label": "String",
      multivalued: "true",
      "access.token.claim": "true",
      "id.token.claim": "true",
      "userinfo.token.claim": "false",
      "introspection.token.claim": "true",
    },
  },
  {
    name: "runtime-api audience",
    protocol: PROTOCOL,
    protocolMapper: "oidc-audience-mapper",
    consentRequired: false,
    config: {
      "included.client.audience": "runtime-api",
      "access.token.claim": "true",
      "id.token.claim": "false",
      "introspection.token.claim": "true",
    },
  },
  userAttribute("tenants", true),
  userAttribute("demo", false),
];

function userAttribute(name: string, multivalued: boolean) {
  return {
    name,
    protocol: PROTOCOL,
    protocolMapper: "oidc-usermodel-attribute-mapper",
    consentRequired: false,
    config: {
      "user.attribute": name,
      "claim.name": name,
      "jsonType.label": "String",
      multivalued: String(multivalued),
      "access.token.claim": "true",
      "id.token.claim": "true",
      "userinfo.token.claim": "true",
      "introspection.token.claim": "true",
    },
  };
}
