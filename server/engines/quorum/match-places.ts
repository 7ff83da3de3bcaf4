/**
 * Maximum bipartite matching by augmenting paths (Kuhn): `fits[human][place]` says who may sit
 * where; gives for each place the human in it, or -1. One human fills one place. Earlier humans
 * and earlier places come first, so the same input gives the same seats.
 */
export function matchPlaces(fits: readonly (readonly boolean[])[], places: number): number[] {
  const humanIn: number[] = new Array(places).fill(-1);
  const seat = (human: number, tried: boolean[]): boolean => {
    for (let place = 0; place < places; place++) {
      if (!fits[human]?.[place] || tried[place]) continue;
      tried[place] = true;
      const sitting = humanIn[place] as number;
      if (sitting === -1 || seat(sitting, tried)) {
        humanIn[place] = human;
        return true;
      }
    }
    return false;
  };
  for (let human = 0; human < fits.length; human++) seat(human, new Array(places).fill(false));
  return humanIn;
}
