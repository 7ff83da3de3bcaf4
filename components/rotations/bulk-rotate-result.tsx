"use client";
import { useFormatter, useTranslations } from "next-intl";
import { useProblemText } from "#components/problem/use-problem-text.ts";
import { Button } from "#components/ui/button.tsx";
import type { Said } from "#server/platform/errors/said.ts";

interface BulkRotateResultProps {
  result: {
    opened: number;
    asked: number;
    refused: readonly {
      bindingId: string;
      name: string;
      why: string;
      said?: Said | undefined;
    }[];
  };
  onClose: () => void;
}

/** How many have begun, how many wait for an approval, and who was refused and why. */
export function BulkRotateResult({ result, onClose }: BulkRotateResultProps) {
  const t = useTranslations("rotations.bulk");
  const common = useTranslations("common");
  const format = useFormatter();
  const problemText = useProblemText();
  const { opened, asked, refused } = result;
  return (
    <div className="flex flex-col gap-3 text-sm">
      <p role="status">
        {t("done", { opened: format.number(opened), asked: format.number(asked) })}
      </p>
      {refused.length > 0 ? (
        <>
          <p className="text-danger">{t("refused", { count: format.number(refused.length) })}</p>
          <ul className="max-h-56 overflow-y-auto">
            {refused.map(({ bindingId, name, why, said }) => (
              <li key={bindingId} className="border-line border-b py-1 last:border-b-0">
                <bdi className="font-medium">{name}</bdi>{" "}
                <bdi className="text-muted">
                  {problemText({ code: "conflict", message: why, said })}
                </bdi>
              </li>
            ))}
          </ul>
        </>
      ) : null}
      <div className="flex justify-end">
        <Button look="primary" onClick={onClose}>
          {common("close")}
        </Button>
      </div>
    </div>
  );
}
