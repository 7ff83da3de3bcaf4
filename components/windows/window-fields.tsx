"use client";
import { useLocale, useTranslations } from "next-intl";
import { useId } from "react";
import { Button } from "#components/ui/button.tsx";
import { Field } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import { dayNames } from "./day-names.ts";
import type { ChangeWindow } from "./windows-view.ts";

interface WindowFieldsProps {
  number: number;
  window: ChangeWindow;
  /** It was tried to save; what is wrong is shown. */
  isTried: boolean;
  onChange: (window: ChangeWindow) => void;
  onRemove: () => void;
}

/** One window: its days, its start and end, and whose clock they are on. */
export function WindowFields({ number, window, isTried, onChange, onRemove }: WindowFieldsProps) {
  const t = useTranslations("windows");
  const names = dayNames(useLocale());
  const zones = useId();
  const { days, start, end, timeZone } = window;
  const turn = (day: number, isOn: boolean) =>
    onChange({
      ...window,
      days: isOn ? [...days, day].sort() : days.filter((each) => each !== day),
    });
  return (
    <fieldset className="flex flex-col gap-3 rounded-md border border-line p-3">
      <legend className="px-1 font-medium text-sm">{t("window", { number })}</legend>
      <fieldset className="flex flex-wrap gap-3 text-sm">
        <legend className="sr-only">{t("days")}</legend>
        {names.map((name, at) => (
          <label key={name} className="flex items-center gap-1">
            <input
              type="checkbox"
              checked={days.includes(at + 1)}
              onChange={(event) => turn(at + 1, event.target.checked)}
            />
            {name}
          </label>
        ))}
      </fieldset>
      {isTried && days.length === 0 ? (
        <p role="alert" className="text-danger text-xs">
          {t("noDay")}
        </p>
      ) : null}
      <div className="grid grid-cols-2 gap-3">
        <Field label={t("start")}>
          {(control) => (
            <Input
              {...control}
              type="time"
              required
              value={start}
              onChange={(event) => onChange({ ...window, start: event.target.value })}
            />
          )}
        </Field>
        <Field label={t("end")}>
          {(control) => (
            <Input
              {...control}
              type="time"
              required
              value={end}
              onChange={(event) => onChange({ ...window, end: event.target.value })}
            />
          )}
        </Field>
      </div>
      <Field label={t("zone")} hint={t("zoneHint")}>
        {(control) => (
          <Input
            {...control}
            dir="ltr"
            list={zones}
            required
            value={timeZone}
            onChange={(event) => onChange({ ...window, timeZone: event.target.value })}
          />
        )}
      </Field>
      <datalist id={zones}>
        {Intl.supportedValuesOf("timeZone").map((zone) => (
          <option key={zone} value={zone} />
        ))}
      </datalist>
      <div>
        <Button size="sm" look="quiet" onClick={onRemove}>
          {t("remove", { number })}
        </Button>
      </div>
    </fieldset>
  );
}
