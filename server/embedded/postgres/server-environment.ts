/** The whole environment of Postgres's own programs: nothing of ours, no key, reaches them. */
export const serverEnvironment = {
  PATH: process.env.PATH ?? "",
  LC_ALL: "C",
  TZ: "UTC",
} as unknown as NodeJS.ProcessEnv;
