import type { Manifest } from "./read-manifests.ts";

export interface ManifestPlace {
  file: string;
  /** 1-based. */
  line: number;
}

const places = new WeakMap<object, ManifestPlace>();

/** Notes where an object was read; `readManifests` does. */
export function notePlace(manifest: Manifest, place: ManifestPlace): Manifest {
  places.set(manifest, place);
  return manifest;
}

/** Where an object was read, or undefined when it came from no file (a live cluster, a stack). */
export function placeOf(manifest: Manifest): ManifestPlace | undefined {
  return places.get(manifest);
}
