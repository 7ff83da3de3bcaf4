const EVERYBODY = { view: ["admin", "user"], edit: ["admin", "user"] };
/** What grants access must never be editable by the person it is granted to. */
const ADMIN_ONLY = { view: ["admin"], edit: ["admin"] };

/**
 * Keycloak 26 drops user attributes that its profile does not declare.
 * Names and e-mail are optional: identity here is (issuer, subject).
 */
export const USER_PROFILE = {
  attributes: [
    {
      name: "username",
      displayName: "Username",
      permissions: { view: ["admin", "user"], edit: ["admin"] },
      validations: {
        length: { min: 3, max: 255 },
        "username-prohibited-characters": {},
        "up-username-not-idn-homograph": {},
      },
      multivalued: false,
    },
    {
      name: "email",
      displayName: "Email",
      permissions: EVERYBODY,
      validations: { email: {}, length: { max: 255 } },
      multivalued: false,
    },
    {
      name: "firstName",
      displayName: "First name",
      permissions: EVERYBODY,
      validations: { length: { max: 255 }, "person-name-prohibited-characters": {} },
      multivalued: false,
    },
    {
      name: "lastName",
      displayName: "Last name",
      permissions: EVERYBODY,
      validations: { length: { max: 255 }, "person-name-prohibited-characters": {} },
      multivalued: false,
    },
    {
      name: "tenants",
      displayName: "Tenants this person may enter",
      permissions: ADMIN_ONLY,
      validations: { length: { max: 63 }, multivalued: { max: "1000" } },
      multivalued: true,
    },
    {
      name: "demo",
      displayName: "Demo account, refused in production",
      permissions: ADMIN_ONLY,
      validations: { length: { max: 5 } },
      multivalued: false,
    },
  ],
  groups: [],
};
