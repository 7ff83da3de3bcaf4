"use client";
import { useTranslations } from "next-intl";
import { EVERY_SECRET_EVENT, eventType, OFFERED_EVENTS } from "./event-words.ts";

interface EventPickerProps {
  chosen: readonly string[];
  onChange: (types: string[]) => void;
}

/** Which events of credentials an endpoint gets; alerts come besides. */
export function EventPicker({ chosen, onChange }: EventPickerProps) {
  const t = useTranslations("alerts.webhooks");
  const isEvery = chosen.includes(EVERY_SECRET_EVENT);
  const others = chosen.filter(
    (type) =>
      type !== EVERY_SECRET_EVENT && !OFFERED_EVENTS.some((name) => eventType(name) === type),
  );
  const toggle = (type: string, isOn: boolean) =>
    onChange(isOn ? [...chosen, type] : chosen.filter((each) => each !== type));
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="mb-1 font-medium text-sm">{t("events")}</legend>
      <p className="text-muted text-xs">{t("eventsHint")}</p>
      <Check
        label={t("every")}
        isOn={isEvery}
        onToggle={(isOn) => toggle(EVERY_SECRET_EVENT, isOn)}
      />
      <div className="grid max-h-64 gap-1 overflow-y-auto ps-5">
        {OFFERED_EVENTS.map((name) => (
          <Check
            key={name}
            label={t(`event.${name}`)}
            isOn={isEvery || chosen.includes(eventType(name))}
            isOff={isEvery}
            onToggle={(isOn) => toggle(eventType(name), isOn)}
          />
        ))}
        {others.map((type) => (
          <Check key={type} label={type} isOn onToggle={(isOn) => toggle(type, isOn)} />
        ))}
      </div>
    </fieldset>
  );
}

interface CheckProps {
  label: string;
  isOn: boolean;
  isOff?: boolean;
  onToggle: (isOn: boolean) => void;
}

function Check({ label, isOn, isOff = false, onToggle }: CheckProps) {
  return (
    <label className="flex min-h-6 items-center gap-2 text-sm">
      <input
        type="checkbox"
        className="size-4 accent-accent"
        checked={isOn}
        disabled={isOff}
        onChange={(event) => onToggle(event.target.checked)}
      />
      {label}
    </label>
  );
}
