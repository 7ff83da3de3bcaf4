import { useTranslations } from "next-intl";

/** The mark and the name of the product, with the installation it serves. */
export function Brand({ sovereign }: { sovereign: string }) {
  const t = useTranslations("shell");
  return (
    <div className="flex items-center gap-2.5">
      <svg viewBox="0 0 24 24" className="size-6 shrink-0" aria-hidden>
        <path
          d="M12 1.8 20.5 5v6.6c0 5-3.4 8.7-8.5 10.6-5.1-1.9-8.5-5.6-8.5-10.6V5z"
          className="fill-accent"
        />
        <path
          d="M8 12.2h8M8 9h8M8 15.4h5"
          className="stroke-on-accent"
          strokeWidth="1.7"
          strokeLinecap="round"
        />
      </svg>
      <div className="min-w-0 leading-tight">
        <p className="font-semibold">{t("product")}</p>
        <p className="truncate text-muted text-xs">
          <bdi dir="ltr">{sovereign}</bdi>
        </p>
      </div>
    </div>
  );
}
