/**
 * The Keycloak our realms and flows are tried against: the newest release that Maven Central carried
 * when this was pinned. To move on, change both lines; the digest is that of the zip.
 */
export const KEYCLOAK_RELEASE = {
  coordinates: "org.keycloak:keycloak-quarkus-dist",
  version: "26.7.3",
  sha256: "27a6535553c3cdcd083872ba40629efafb3475e3b758e0c6f691395561dd0f1f",
  /** Keycloak's own requirement (its server guide). */
  javaAtLeast: 21,
} as const;
