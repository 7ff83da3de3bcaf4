import { answerOf } from "./call-procedure.ts";
import { HTTP_ROUTES, handlersOf, routeFiles } from "./http-routes.ts";
import type { LeakWatch } from "./leak-watch.ts";
import type { Persona } from "./persona.ts";

interface RoutesWalk {
  watch: LeakWatch;
  /** The tenant that is asked for though it is another's. */
  foreign: string;
  /** Told of every call. */
  counted(): void;
}

/** Calls every route handler as its entry in http-routes.ts says. */
export async function walkRoutes(
  who: Persona,
  { watch, foreign, counted }: RoutesWalk,
): Promise<void> {
  for (const file of Object.keys(HTTP_ROUTES)) {
    if (!routeFiles().includes(file)) watch.failures.add(`${file} is listed but does not exist`);
  }
  for (const file of routeFiles()) {
    const route = HTTP_ROUTES[file];
    const handlers = await handlersOf(file);
    if (!route) {
      watch.failures.add(
        `${file} is not in test/isolation/http-routes.ts: say there how to call it`,
      );
      continue;
    }
    if ([...handlers.keys()].sort().join() !== [...route.methods].sort().join()) {
      watch.failures.add(
        `${file} answers ${[...handlers.keys()].join()}, listed is ${route.methods.join()}`,
      );
    }
    for (const { label, twin, expect, ...call } of route.calls(who, foreign)) {
      const send = async ({ request, params }: typeof call) => {
        const handler = handlers.get(request.method);
        if (!handler) throw new Error(`${file} has no ${request.method}`);
        const answer = await answerOf(
          await handler(request, { params: Promise.resolve(params ?? {}) }),
        );
        counted();
        await watch.inspect(`${file} (${label})`, answer, params, "mutation");
        return answer;
      };
      const answer = await send(call);
      if (expect !== undefined && answer.status !== expect) {
        watch.failures.add(
          `${file} (${label}): answered ${answer.status}, not ${expect}: ${answer.text.slice(-300)}`,
        );
      }
      if (twin)
        watch.mustLookAlike(
          `${file} (${label})`,
          answer,
          call.params,
          await send(twin),
          twin.params,
        );
    }
  }
}
