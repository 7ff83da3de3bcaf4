import { useTranslations } from "next-intl";

/** A value that stands alone on its side of a line, as the differ hides it. */
const HIDDEN = /^(.*?)"\[masked (\d+)\]"$/;

/** Whether any value of these differences is hidden. */
export function isAnyHidden(
  differences: readonly { desired?: unknown; live?: unknown }[],
): boolean {
  return /"\[masked \d+\]"/.test(JSON.stringify(differences));
}

/** A line as it is; a hidden value is told apart from text by its own mark, equal ones by their number. */
export function LineText({ text }: { text: string }) {
  const t = useTranslations("diff");
  const [, before, number] = HIDDEN.exec(text) ?? [];
  if (number === undefined) return <>{text}</>;
  return (
    <>
      {before}
      <span
        data-tip={t("maskedTip")}
        className="rounded-sm border border-line-strong border-dashed px-1"
      >
        {t("masked", { number: Number(number) })}
      </span>
    </>
  );
}
