/** A colour of the token file: lightness 0–1, chroma, hue in degrees. */
export interface Oklch {
  lightness: number;
  chroma: number;
  hue: number;
}

/** Reads `oklch(l c h)`; throws on anything else, so that a token never goes unmeasured. */
export function parseOklch(text: string): Oklch {
  const found = /^oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)$/.exec(text.trim());
  if (!found) throw new Error(`not an opaque oklch() colour: ${text}`);
  return { lightness: Number(found[1]), chroma: Number(found[2]), hue: Number(found[3]) };
}

/** Linear sRGB, clipped to the gamut as a browser would. Matrices: Ottosson, "Oklab". */
function linearSrgb({ lightness, chroma, hue }: Oklch): [number, number, number] {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  const clip = (value: number) => Math.min(1, Math.max(0, value));
  return [
    clip(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    clip(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    clip(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function luminance(colour: Oklch): number {
  const [red, green, blue] = linearSrgb(colour);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The WCAG 2.2 contrast ratio of two colours, 1 to 21. */
export function contrast(one: Oklch, other: Oklch): number {
  const lights = [luminance(one), luminance(other)].sort((x, y) => y - x);
  return ((lights[0] ?? 0) + 0.05) / ((lights[1] ?? 0) + 0.05);
}

/** The opaque colours of one block (`:root` or `[data-theme="dark"]`) of a token file. */
export function tokensOf(css: string, selector: string): Map<string, Oklch> {
  const start = css.indexOf(`${selector} {`);
  if (start < 0) throw new Error(`no block ${selector} in the token file`);
  const block = css.slice(start, css.indexOf("\n}", start));
  const tokens = new Map<string, Oklch>();
  for (const [, name, value] of block.matchAll(/^\s+--([a-z-]+): (oklch\([\d. ]+\));$/gm)) {
    if (name && value) tokens.set(name, parseOklch(value));
  }
  return tokens;
}
