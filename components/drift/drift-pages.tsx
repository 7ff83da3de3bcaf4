"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { useSeesSeveralTenants } from "#components/shell/viewer-tenants.tsx";
import { cx } from "#components/ui/cx.ts";

const PAGES = [
  { name: "findings", path: "" },
  { name: "ignored", path: "/ignored" },
  { name: "remediation", path: "/remediation" },
  { name: "tenants", path: "/tenants" },
] as const;

/** The pages about drift, one beside the other. */
export function DriftPages({ tenantId }: { tenantId: string }) {
  const t = useTranslations("drift.pages");
  const pathname = usePathname();
  const seesSeveral = useSeesSeveralTenants();
  return (
    <nav aria-label={t("label")} className="border-line border-b">
      <ul className="flex gap-4 overflow-x-auto overflow-y-hidden">
        {PAGES.map(({ name, path }) => {
          const href = `/t/${tenantId}/drift${path}`;
          const isCurrent = pathname === href;
          // With one tenant there is nothing beside it.
          if (name === "tenants" && !seesSeveral && !isCurrent) return null;
          return (
            <li key={name} className="shrink-0">
              <Link
                href={href}
                aria-current={isCurrent ? "page" : undefined}
                className={cx(
                  "inline-flex h-9 items-center whitespace-nowrap border-b-2 font-medium focus-visible:outline-offset-[-2px]",
                  isCurrent
                    ? "border-accent text-text"
                    : "border-transparent text-muted hover:text-text",
                )}
              >
                {t(name)}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
