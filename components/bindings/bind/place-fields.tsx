"use client";
import { useTranslations } from "next-intl";
import { Select } from "#components/ui/select.tsx";
import { STORE_NAMES } from "../binding-shapes.ts";
import { Choice, TextField } from "../form-fields.tsx";
import { placeOf } from "./bind-input.ts";
import { type BindValues, KIND_FACTS } from "./kind-facts.ts";

interface PlaceFieldsProps {
  kind: string;
  values: BindValues;
  errorOf: (field: string) => string | null;
  onChange: (field: string, value: string) => void;
}

/** Store and path: as the kind has them, or as a person says. */
export function PlaceFields({ kind, values, errorOf, onChange }: PlaceFieldsProps) {
  const t = useTranslations("bindings.bind");
  const place = placeOf(kind, values);
  return (
    <>
      {KIND_FACTS[kind]?.place ? null : (
        <Choice label={t("field.store")}>
          {(id) => (
            <Select
              id={id}
              value={place.store}
              onChange={(event) => onChange("store", event.target.value)}
            >
              {STORE_NAMES.map((each) => (
                <option key={each} value={each}>
                  {t(`store.${each}`)}
                </option>
              ))}
            </Select>
          )}
        </Choice>
      )}
      {place.path === null ? (
        <TextField
          label={t("field.path")}
          hint={t(place.store === "openbao" ? "hint.path" : "hint.otherPath")}
          value={values.path ?? ""}
          error={errorOf("path")}
          isCode
          onChange={(value) => onChange("path", value)}
        />
      ) : (
        <div className="flex flex-col gap-1 text-sm sm:col-span-2">
          <span className="font-medium">{t("field.path")}</span>
          <p>
            {t(`store.${place.store}`)}
            {": "}
            {place.path.split("/").every(Boolean) ? (
              <bdi dir="ltr" className="break-all font-mono">
                {place.path}
              </bdi>
            ) : (
              <span className="text-muted">{t("pathFollows")}</span>
            )}
          </p>
          {errorOf("path") ? (
            <p role="alert" className="text-danger text-xs">
              {errorOf("path")}
            </p>
          ) : null}
        </div>
      )}
    </>
  );
}
