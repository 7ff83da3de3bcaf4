import { useTranslations } from "next-intl";
import { Skeleton } from "./skeleton.tsx";

const ROWS = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];

interface TablePageSkeletonProps {
  /** Whether a strip of figures stands above the table. */
  hasStrip?: boolean;
}

/** The shape of a page with a table, while its data is on the way. */
export function TablePageSkeleton({ hasStrip = false }: TablePageSkeletonProps) {
  const t = useTranslations("common.states");
  return (
    <div role="status" className="flex flex-col gap-4">
      <span className="sr-only">{t("loading")}</span>
      <Skeleton className="h-7 w-44" />
      {hasStrip ? <Skeleton className="h-20" /> : <Skeleton className="h-5 w-96 max-w-full" />}
      <div className="rounded-lg border border-line bg-raised">
        <div className="border-line border-b p-3">
          <Skeleton className="h-6 w-64" />
        </div>
        {ROWS.map((row) => (
          <div
            key={row}
            className="flex h-9 items-center gap-6 border-line border-b px-3 last:border-b-0"
          >
            <Skeleton className="h-3 w-1/4" />
            <Skeleton className="h-3 w-1/6" />
            <Skeleton className="h-3 w-1/5" />
            <Skeleton className="h-3 w-1/12" />
          </div>
        ))}
      </div>
    </div>
  );
}
