import { APPLIES } from "./applies.ts";
import { ENDINGS } from "./endings.ts";
import { LISTS } from "./lists.ts";
import { OBJECTS } from "./objects.ts";

/** One talk with a Kubernetes API, from beginning to end, in a namespace of its own. */
export const EXCHANGES = [...OBJECTS, ...APPLIES, ...LISTS, ...ENDINGS];
