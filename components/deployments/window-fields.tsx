"use client";
import { useLocale, useTranslations } from "next-intl";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import type { EnvironmentPolicySpec } from "#server/features/deployments/schema.ts";
import { dayNames } from "./policy-sentences.tsx";

type Window = EnvironmentPolicySpec["windows"][number];

const DAYS = [1, 2, 3, 4, 5, 6, 7];

interface WindowFieldsProps {
  windows: readonly Window[];
  onChange: (windows: Window[]) => void;
}

/** The change windows of a policy: days, from when to when, on whose clock. */
export function WindowFields({ windows, onChange }: WindowFieldsProps) {
  const t = useTranslations("environments.editor");
  const locale = useLocale();
  const names = dayNames(DAYS, locale);
  const set = (at: number, part: Partial<Window>) =>
    onChange(windows.map((window, index) => (index === at ? { ...window, ...part } : window)));
  const toggled = ({ days }: Window, day: number) =>
    days.includes(day) ? days.filter((each) => each !== day) : [...days, day].sort();

  function add() {
    const timeZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
    onChange([...windows, { days: [1, 2, 3, 4], start: "09:00", end: "16:00", timeZone }]);
  }

  return (
    <div className="flex flex-col gap-3">
      <p className="font-medium text-sm">{t("windows")}</p>
      {windows.length === 0 ? <p className="text-muted text-sm">{t("windowsHint")}</p> : null}
      {windows.map((window, at) => (
        // Windows have no id of their own, and none is moved: the place is the key.
        // biome-ignore lint/suspicious/noArrayIndexKey: see above
        <div key={at} className="flex flex-col gap-2 rounded-md border border-line p-3">
          <fieldset className="flex min-w-0 flex-wrap gap-x-3 gap-y-1">
            <legend className="pb-1 text-sm">{t("days", { number: at + 1 })}</legend>
            {DAYS.map((day) => (
              <label key={day} className="flex min-h-6 items-center gap-1.5 text-sm">
                <input
                  type="checkbox"
                  className="size-4"
                  checked={window.days.includes(day)}
                  onChange={() => set(at, { days: toggled(window, day) })}
                />
                {names[day - 1]}
              </label>
            ))}
          </fieldset>
          <div className="flex flex-wrap gap-3">
            {(["start", "end"] as const).map((edge) => (
              <Field key={edge} label={t(edge)}>
                {(control) => (
                  <Input
                    {...control}
                    type="time"
                    value={window[edge]}
                    onChange={(event) => set(at, { [edge]: event.target.value })}
                  />
                )}
              </Field>
            ))}
            <Field label={t("zone")}>
              {(control) => (
                <Input
                  {...control}
                  dir="ltr"
                  value={window.timeZone}
                  onChange={(event) => set(at, { timeZone: event.target.value })}
                />
              )}
            </Field>
          </div>
          <Button
            size="sm"
            className="self-start"
            onClick={() => onChange(windows.filter((_, index) => index !== at))}
          >
            {t("removeWindow", { number: at + 1 })}
          </Button>
        </div>
      ))}
      <Button size="sm" className="self-start" onClick={add}>
        {t("addWindow")}
      </Button>
    </div>
  );
}
