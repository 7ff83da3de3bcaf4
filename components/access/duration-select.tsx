import { useTranslations } from "next-intl";
import type { FieldControl } from "#components/ui/field.tsx";
import { Select } from "#components/ui/select.tsx";

const STEPS_MINUTES = [15, 30, 60, 120, 240, 480, 720, 1_440, 2_880, 10_080];

interface DurationSelectProps {
  control: FieldControl;
  mostSeconds: number;
  seconds: number;
  onChange: (seconds: number) => void;
}

/** Lengths of time up to the most that is allowed, which is always among them. */
export function DurationSelect({ control, mostSeconds, seconds, onChange }: DurationSelectProps) {
  const t = useTranslations("access.form");
  const most = Math.floor(mostSeconds / 60);
  const steps = [...new Set([...STEPS_MINUTES.filter((step) => step < most), most])];
  const words = (minutes: number) =>
    minutes % 60 === 0 ? t("hours", { count: minutes / 60 }) : t("minutes", { count: minutes });
  return (
    <Select
      {...control}
      value={seconds / 60}
      onChange={(event) => onChange(Number(event.target.value) * 60)}
    >
      {steps.map((minutes) => (
        <option key={minutes} value={minutes}>
          {words(minutes)}
        </option>
      ))}
    </Select>
  );
}
