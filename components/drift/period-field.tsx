"use client";
import { useTranslations } from "next-intl";
import { ClockTime } from "#components/time/clock-time.tsx";
import { Field } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";
import { PERIODS, type Period, periodOf } from "./periods.ts";

interface PeriodFieldProps {
  value: Period | null;
  onChange: (value: Period | null) => void;
  error: string | null;
}

/** For how long; nothing is hidden for ever, and nothing is chosen before somebody does. */
export function PeriodField({ value, onChange, error }: PeriodFieldProps) {
  const t = useTranslations("drift");
  const end = value === null ? null : new Date(Date.now() + value * 1_000);
  return (
    <Field
      label={t("act.expiry")}
      error={error}
      hint={end ? t.rich("act.expiryHint", { time: () => <ClockTime key="end" at={end} /> }) : null}
    >
      {(control) => (
        <Select
          {...control}
          value={value ?? ""}
          onChange={(event) => onChange(periodOf(event.target.value))}
        >
          <option value="">–</option>
          {PERIODS.map((each) => (
            <option key={each} value={each}>
              {t(`period.${each}`)}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}
