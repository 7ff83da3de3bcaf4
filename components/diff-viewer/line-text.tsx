import { useTranslations } from "next-intl";
import { Fragment } from "react";

const TOKEN = /(\[masked \d+\])/;

interface LineTextProps {
  text: string;
  /** Whether `[masked 1]` stands for a value that is hidden; elsewhere it is what it says. */
  isSecret: boolean;
}

/** A line as it is; a hidden value is told apart from text by its own mark, equal ones by their number. */
export function LineText({ text, isSecret }: LineTextProps) {
  const t = useTranslations("diff");
  if (!isSecret || !TOKEN.test(text)) return <>{text}</>;
  // A value that begins with a bracket is quoted as YAML has it; the quotes are not part of the mark.
  const parts = text.replace(/"(\[masked \d+\])"/, "$1").split(TOKEN);
  return parts.map((part, at) => {
    const number = /^\[masked (\d+)\]$/.exec(part)?.[1];
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one line, which have no other name
    if (number === undefined) return <Fragment key={at}>{part}</Fragment>;
    return (
      <span
        // biome-ignore lint/suspicious/noArrayIndexKey: as above
        key={at}
        data-tip={t("maskedTip")}
        className="rounded-sm border border-line-strong border-dashed px-1"
      >
        {t("masked", { number: Number(number) })}
      </span>
    );
  });
}
