"use client";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useTranslations } from "next-intl";
import { InboxCount } from "#components/inbox/inbox-count.tsx";
import { cx } from "#components/ui/cx.ts";
import type { Scope } from "#server/platform/authz/scopes.ts";
import { visibleNavItems } from "./nav-items.ts";

interface SideNavProps {
  tenantId: string;
  scopes: readonly Scope[];
  onNavigate?: () => void;
}

/** The pages of the console, the current one marked. */
export function SideNav({ tenantId, scopes, onNavigate }: SideNavProps) {
  const t = useTranslations("shell.nav");
  const pathname = usePathname();
  const items = visibleNavItems(scopes);
  const hrefOf = (path: string) => `/t/${tenantId}${path}`;
  // A page below another's path has its own item: the longest path that fits is where one is.
  const current = items
    .map(({ path }) => path)
    .filter((path) => (path === "" ? pathname === hrefOf("") : pathname.startsWith(hrefOf(path))))
    .sort((a, b) => b.length - a.length)[0];
  return (
    <nav aria-label={t("label")}>
      <ul className="flex flex-col gap-0.5">
        {items.map(({ name, path, icon: Icon }) => {
          const href = hrefOf(path);
          const isCurrent = path === current;
          return (
            <li key={name}>
              <Link
                href={href}
                onClick={onNavigate}
                aria-current={isCurrent ? "page" : undefined}
                className={cx(
                  "flex h-9 items-center gap-2.5 rounded-md px-2.5 font-medium",
                  isCurrent ? "bg-selected text-text" : "text-muted hover:bg-hover hover:text-text",
                )}
              >
                <Icon aria-hidden className={cx("size-4 shrink-0", isCurrent && "text-accent")} />
                {t(name)}
                {name === "inbox" ? <InboxCount tenantId={tenantId} /> : null}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
