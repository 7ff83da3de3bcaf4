import { DORA } from "./frameworks/dora.ts";
import type { Framework, FrameworkId } from "./frameworks/framework.ts";
import { GDPR } from "./frameworks/gdpr.ts";
import { ISO27001 } from "./frameworks/iso27001.ts";
import { NIS2 } from "./frameworks/nis2.ts";
import { PSD2_FAPI } from "./frameworks/psd2-fapi.ts";
import { SOC2 } from "./frameworks/soc2.ts";

/** The frameworks, in the order of the page. */
export const FRAMEWORKS: readonly Framework[] = [SOC2, ISO27001, PSD2_FAPI, DORA, NIS2, GDPR];

export function frameworkOf(id: FrameworkId): Framework {
  const found = FRAMEWORKS.find((framework) => framework.id === id);
  if (!found) throw new RangeError(`no framework ${id}`);
  return found;
}
