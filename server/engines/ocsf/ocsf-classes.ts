/** The version of the Open Cybersecurity Schema Framework that we write: https://schema.ocsf.io/1.8.0 */
export const OCSF_VERSION = "1.8.0";

export interface OcsfClass {
  readonly uid: number;
  readonly name: string;
  readonly categoryUid: number;
  readonly categoryName: string;
  /** `activity_id` by its caption. */
  readonly activities: Readonly<Record<string, number>>;
}

const IAM = { categoryUid: 3, categoryName: "Identity & Access Management" } as const;
const COMMON = { Unknown: 0, Other: 99 } as const;
const CRUD = { Create: 1, Read: 2, Update: 3, Delete: 4 } as const;

/** The classes that our events map to, as the schema names and numbers them. */
export const OCSF_CLASSES = {
  "api-activity": {
    uid: 6003,
    name: "API Activity",
    categoryUid: 6,
    categoryName: "Application Activity",
    activities: { ...COMMON, ...CRUD },
  },
  "entity-management": {
    uid: 3004,
    name: "Entity Management",
    ...IAM,
    activities: { ...COMMON, ...CRUD, Enable: 8, Disable: 9, Suspend: 12, Resume: 13 },
  },
  authentication: {
    uid: 3002,
    name: "Authentication",
    ...IAM,
    activities: { ...COMMON, Logon: 1, Logoff: 2, Preauth: 6 },
  },
  "account-change": {
    uid: 3001,
    name: "Account Change",
    ...IAM,
    activities: {
      ...COMMON,
      Create: 1,
      "Password Change": 3,
      "Password Reset": 4,
      Delete: 6,
      "Detach Policy": 8,
      "MFA Factor Enable": 10,
      "MFA Factor Disable": 11,
    },
  },
  "authorize-session": {
    uid: 3003,
    name: "Authorize Session",
    ...IAM,
    activities: { ...COMMON, "Assign Privileges": 1 },
  },
  "compliance-finding": {
    uid: 2003,
    name: "Compliance Finding",
    categoryUid: 2,
    categoryName: "Findings",
    activities: { ...COMMON, Create: 1, Update: 2, Close: 3 },
  },
} as const satisfies Record<string, OcsfClass>;
export type OcsfClassName = keyof typeof OCSF_CLASSES;
