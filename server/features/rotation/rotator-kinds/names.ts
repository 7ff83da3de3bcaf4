import { z } from "zod";

/** A path in a store: names joined by slashes. */
export const path = z
  .string()
  .min(1)
  .max(400)
  .regex(
    /^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/,
    "must be names joined by single slashes, none beginning with a dot",
  );

/** A role of Postgres. */
export const roleName = z.string().min(1).max(63);

/** A region of the installation, as a DNS label. */
export const regionName = z
  .string()
  .max(63)
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "must be a DNS label");

/** A role of one of OpenBao's engines. */
export const engineRole = z
  .string()
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,127}$/, "must be the name of a role");
