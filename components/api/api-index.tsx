import Link from "next/link";
import { useTranslations } from "next-intl";
import { cx } from "#components/ui/cx.ts";
import { type ApiDocument, operationsOf } from "./api-document.ts";
import { English } from "./english.tsx";
import { MethodMark } from "./method-mark.tsx";

export const GENERAL = ["overview", "problems", "scopes"] as const;

interface ApiIndexProps {
  document: ApiDocument;
  tenantId: string;
  /** What is shown: a general part or an operation's id. */
  at: string;
}

/** Everything there is to read, each a link. */
export function ApiIndex({ document, tenantId, at }: ApiIndexProps) {
  const t = useTranslations("api");
  const operations = operationsOf(document);
  const entry = (name: string) => ({
    href: `/t/${tenantId}/api?at=${encodeURIComponent(name)}`,
    "aria-current": name === at ? ("page" as const) : undefined,
    className: cx(
      "flex min-h-8 items-center gap-2 rounded-md px-2 py-1 hover:bg-hover",
      name === at && "bg-selected font-medium",
    ),
  });
  return (
    <nav
      aria-label={t("index")}
      // A phone shows either the list or what was chosen from it.
      className={cx(
        "min-w-0 flex-col gap-4 text-sm",
        at === "overview" ? "flex" : "hidden lg:flex",
      )}
    >
      <ul>
        {GENERAL.map((name) => (
          <li key={name}>
            <Link {...entry(name)}>{t(`general.${name}`)}</Link>
          </li>
        ))}
      </ul>
      {document.tags.map(({ name: tag }) => (
        <div key={tag} className="flex flex-col gap-1">
          <h2 className="px-2 text-muted text-xs">
            <English>{tag}</English>
          </h2>
          <ul>
            {operations
              .filter(({ tags }) => tags.includes(tag))
              .map(({ operationId, method, summary }) => (
                <li key={operationId}>
                  <Link {...entry(operationId)}>
                    <MethodMark method={method} />
                    <span className="min-w-0">
                      <English>{summary}</English>
                    </span>
                  </Link>
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}
