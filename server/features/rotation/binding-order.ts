import "server-only";
import { AppError } from "#server/platform/errors/app-error.ts";
import type { SqlParams } from "./sql-params.ts";
import type { BindingSort } from "./views.ts";

type KeyType = "text" | "integer" | "time";
type Key = string | number | null;

interface Order {
  /** Columns of `secret_binding b`, each with an index that begins with the tenant. */
  keys: readonly { column: string; type: KeyType }[];
  /** The column runs against what the name says: the youngest value was rotated last. */
  isReversed?: boolean;
}

/** Keys are never null and stay as they are while time passes, so that a page goes on where one ended. */
const ORDERS: Record<BindingSort, Order> = {
  status: {
    keys: [
      { column: "urgency", type: "integer" },
      { column: "limit_key", type: "time" },
    ],
  },
  name: { keys: [{ column: "name_key", type: "text" }] },
  age: { keys: [{ column: "rotated_key", type: "time" }], isReversed: true },
  next: { keys: [{ column: "next_key", type: "time" }] },
  class: { keys: [{ column: "class", type: "text" }] },
  owner: { keys: [{ column: "owner_key", type: "text" }] },
  environment: { keys: [{ column: "environment", type: "text" }] },
  region: { keys: [{ column: "region_key", type: "text" }] },
};

/** Where a page ended, and by which moment its statuses were judged: microseconds since 1970. */
export interface PageEnd {
  asOf: string;
  keys: readonly Key[];
  bindingId: string;
}

export interface OrderSql {
  /** For the innermost SELECT: the keys of each row, as the cursor keeps them. */
  cursorColumns: string;
  orderBy: string;
  /** The rows after `end`. */
  after(end: PageEnd, params: SqlParams): string;
}

/** The ORDER BY of a sort and its condition for going on, for rows of `secret_binding b`. */
export function orderSql(sort: BindingSort, order: "asc" | "desc"): OrderSql {
  const { keys, isReversed = false } = ORDERS[sort];
  const isDescending = (order === "desc") !== isReversed;
  const direction = isDescending ? "DESC" : "ASC";
  const columns = [...keys.map((key) => `b.${key.column}`), "b.binding_id"];
  return {
    cursorColumns: `jsonb_build_array(${keys.map((key) => asKey(`b.${key.column}`, key.type)).join(", ")}) AS cursor_keys`,
    orderBy: columns.map((column) => `${column} ${direction}`).join(", "),
    after(end, params) {
      const values = keys.map((key, at) => keySql(params.add(end.keys[at] ?? null), key.type));
      const id = `${params.add(end.bindingId)}::uuid`;
      return `(${columns.join(", ")}) ${isDescending ? "<" : ">"} (${[...values, id].join(", ")})`;
    },
  };
}

/** Microseconds since 1970 as text; null for never. */
export function microsSql(time: string): string {
  return `CASE WHEN isfinite(${time}) THEN (extract(epoch FROM ${time}) * 1000000)::bigint::text END`;
}

/** The time of a parameter that `microsSql` gave. */
export function timeSql(param: string): string {
  return `coalesce(timestamptz 'epoch' + ${param}::float8 * interval '1 microsecond', 'infinity')`;
}

function asKey(column: string, type: KeyType): string {
  return type === "time" ? microsSql(column) : column;
}

function keySql(param: string, type: KeyType): string {
  return type === "time" ? timeSql(param) : `${param}::${type}`;
}

export function writePageEnd(end: PageEnd): string {
  return Buffer.from(JSON.stringify([end.asOf, end.keys, end.bindingId])).toString("base64url");
}

const MICROS = /^-?\d{1,16}$/;

/** Reads what `writePageEnd` wrote for this sort; throws `invalid` for anything else. */
export function readPageEnd(cursor: string, sort: BindingSort): PageEnd {
  const parsed = jsonOf(cursor);
  if (Array.isArray(parsed) && parsed.length === 3) {
    const [asOf, keys, bindingId] = parsed as [unknown, unknown, unknown];
    const types = ORDERS[sort].keys.map((key) => key.type);
    const areKeys =
      Array.isArray(keys) &&
      keys.length === types.length &&
      types.every((type, at) => isKey(keys[at], type));
    const isId =
      typeof bindingId === "string" &&
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(bindingId);
    if (isMicros(asOf) && areKeys && isId) return { asOf, keys: keys as Key[], bindingId };
  }
  throw new AppError("invalid", "cursor: is not one that this list gave", {
    said: { key: "cursor" },
    field: "cursor",
  });
}

function isKey(value: unknown, type: KeyType): boolean {
  if (type === "time") return value === null || isMicros(value);
  if (type === "integer") return Number.isInteger(value) && Math.abs(value as number) < 100;
  return typeof value === "string" && value.length <= 400 && !value.includes("\u0000");
}

function isMicros(value: unknown): value is string {
  return typeof value === "string" && MICROS.test(value);
}

function jsonOf(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
  } catch {
    return null;
  }
}
