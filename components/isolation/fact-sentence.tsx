"use client";
import { useTranslations } from "next-intl";
import type { FactView } from "#server/features/isolation/views.ts";

/** Parameters that a sentence asks about; a fact without one reads as `none`. */
const ASKED = [
  "environment",
  "source",
  "reason",
  "namespace",
  "namespaces",
  "count",
  "pod",
  "node",
  "pool",
  "declared",
  "region",
  "allowed",
  "regions",
  "workload",
  "more",
  "ports",
  "why",
  "other",
  "workloads",
  "direction",
  "plugin",
  "subnet",
  "subnets",
  "database",
  "role",
  "table",
  "tables",
  "login",
  "reader",
  "path",
  "given",
  "resource",
  "total",
  "used",
  "kind",
  "name",
  "owner",
  "account",
  "stream",
  "topic",
  "bus",
  "user",
  "realm",
  "issuer",
  "cluster",
  "backup",
  "vault",
];
const NUMBERS = new Set(["count", "more", "workloads", "tables"]);

/** What a fact says, as a sentence; a neighbour that the reader may not know is "another tenant". */
export function FactSentence({ fact }: { fact: FactView }) {
  const t = useTranslations("isolation");
  const values: Record<string, string | number> = {};
  for (const name of ASKED) {
    const value = fact.params[name] ?? "";
    if (NUMBERS.has(name)) values[name] = Number(value || 0);
    else if (name === "direction") values[name] = value;
    else values[name] = value ? isolated(value) : "none";
  }
  values.peer = fact.peer
    ? isolated(fact.peer)
    : t(fact.peer === null ? "anotherTenant" : "unowned");
  return <>{t(`fact.${fact.code}`, values)}</>;
}

/** A name keeps its own direction in a sentence of the other one (Unicode UAX #9, FSI and PDI). */
function isolated(text: string): string {
  return `\u2068${text}\u2069`;
}
