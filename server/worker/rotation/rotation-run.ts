import "server-only";
import type { z } from "zod";
import {
  nextStep,
  type RotationState,
  type RotationStep,
} from "#server/engines/rotation/state-machine.ts";
import type {
  ClaimedRotation,
  NewHandle,
  OldHandle,
  StepResult,
} from "#server/features/rotation/schema.ts";
import { beginStep } from "#server/features/rotation/verbs/begin-step.ts";
import { recordSetback } from "#server/features/rotation/verbs/record-setback.ts";
import { recordStep } from "#server/features/rotation/verbs/record-step.ts";
import type { KvV2 } from "#server/integrations/openbao/kv-v2.ts";
import type { OpenBaoClient } from "#server/integrations/openbao/openbao-client.ts";
import type { Caller } from "#server/platform/actor.ts";
import { type TenantTx, withTenant } from "#server/platform/db/tenant-transaction.ts";
import type { AuthorizedTenantId } from "#server/platform/tenancy/authorized-tenant.ts";
import { runVerb, type Verb } from "#server/platform/verb.ts";
import { lookAtConsumers } from "#server/worker/consumers/look-at-consumers.ts";
import { NO_STORES, type WorkerStores } from "#server/worker/stores/worker-stores.ts";
import type { Outside } from "./outside.ts";
import type { Trouble } from "./outside-trouble.ts";
import { raiseHeldAlert } from "./raise-held-alert.ts";
import { raiseRotationAlert } from "./raise-rotation-alert.ts";
import type { Rotator } from "./rotator.ts";
import { rotatorOf } from "./rotator-of.ts";

/** One claimed rotation under way: what is known of it, and the verbs that write down what happens. */
export class RotationRun {
  readonly claim: ClaimedRotation;
  readonly vault: OpenBaoClient;
  readonly stores: WorkerStores;
  readonly rotator: Rotator;
  readonly outside: Outside;
  readonly #caller: Caller;
  readonly #leaseSeconds: number;
  /** What our newest verb answered. */
  #last: StepResult | null = null;
  /** Steps that went through and are recorded with the next one. */
  #passing: { to: RotationState; note: string }[] = [];
  state: RotationState;
  resumeState: RotationState | null;
  /** Setbacks since the last step that went through. */
  attempt: number;
  oldHandle: OldHandle | null;
  newHandle: NewHandle | null;

  constructor(options: {
    claim: ClaimedRotation;
    vault: OpenBaoClient;
    stores?: WorkerStores | undefined;
    outside: Outside;
    caller: Caller;
    leaseSeconds: number;
  }) {
    this.claim = options.claim;
    this.vault = options.vault;
    this.stores = options.stores ?? NO_STORES;
    this.outside = options.outside;
    this.#caller = options.caller;
    this.#leaseSeconds = options.leaseSeconds;
    this.state = options.claim.state;
    this.resumeState = options.claim.resumeState;
    this.attempt = options.claim.attempt;
    this.oldHandle = options.claim.oldHandle;
    this.newHandle = options.claim.newHandle;
    this.rotator = rotatorOf(this);
  }

  get kv(): KvV2 {
    return this.vault.kv;
  }

  get rotationId(): string {
    return this.claim.rotationId;
  }

  /** The path beside the main one where the new value waits until it is proved. */
  get stagedPath(): string {
    return `${this.claim.path}.staged`;
  }

  /** The handles of a rotation that has begun to stage. */
  get handles(): { old: OldHandle; new: NewHandle } {
    if (!this.oldHandle || !this.newHandle) throw new Error("this rotation has no handles yet");
    return { old: this.oldHandle, new: this.newHandle };
  }

  async begin(
    step: RotationStep,
    more: { oldHandle?: OldHandle; newHandle?: NewHandle } & Partial<Trouble> = {},
  ): Promise<StepResult> {
    // Its intent was stored together with the outcome of the step before.
    if (this.#last?.begun === step && Object.keys(more).length === 0) return this.#last;
    await this.#recordPassed();
    const input = { ...this.#held(), step, ...more };
    const begun = performance.now();
    const result = await runVerb(beginStep, this.#caller, input);
    this.oldHandle = more.oldHandle ?? this.oldHandle;
    this.newHandle = more.newHandle ?? this.newHandle;
    return this.#take(result, begun);
  }

  /** Looks once more at who uses the old value. After a leak, what can't be asked stops nothing. */
  lookAtConsumers(): Promise<void> {
    const mustKnow = this.claim.trigger !== "leaked";
    return this.outside("consumers.look", () =>
      lookAtConsumers({ caller: this.#caller, vault: this.vault }, this.rotationId, { mustKnow }),
    );
  }

  /** The old value is still in use: people are told, once. */
  tellHeld(): Promise<void> {
    return raiseHeldAlert(this.#caller, this.claim);
  }

  async record(
    to: RotationState,
    more: Partial<Trouble> & {
      note?: string;
      promotedVersion?: number;
      restoredVersion?: number;
    } = {},
  ): Promise<StepResult> {
    const { errorCode, errorText } = more;
    if (errorCode && errorText) {
      const { rotationId, bindingId } = this.claim;
      const trouble = { errorCode, errorText };
      await raiseRotationAlert(this.#caller, { rotationId, bindingId, to, trouble });
    }
    const next = nextStep(to) ?? undefined;
    const result = await this.#write({ to, ...(next ? { next } : {}), ...more });
    if (more.promotedVersion && this.newHandle) {
      this.newHandle = { ...this.newHandle, version: more.promotedVersion };
    }
    return result;
  }

  async #write(
    outcome: Omit<z.input<typeof recordStep.input>, "rotationId" | "fence" | "leaseSeconds">,
  ): Promise<StepResult> {
    const passing = this.#passing.splice(0);
    const begun = performance.now();
    const result = await runVerb(recordStep, this.#caller, {
      ...this.#held(),
      passing,
      ...outcome,
    });
    this.attempt = 0;
    return this.#take(result, begun);
  }

  /**
   * The same, unless the step that follows changes nothing outside, and the lease lasts for it: then
   * both are recorded at once, after it. A worker that dies before finds the intent of the act that led here, as if it had died
   * right after that act.
   */
  async recordOrPass(to: RotationState, note: string): Promise<StepResult> {
    const next = nextStep(to);
    const mayPass = next && this.rotator.withoutEffect?.has(next) && this.outside.hasTime();
    if (!mayPass) return this.record(to, { note });
    this.#passing.push({ to, note });
    this.state = to;
    const isCancelled = this.#last?.isCancelled ?? this.claim.isCancelled;
    this.#last = { state: to, resumeState: null, isWaiting: false, begun: next, isCancelled };
    return this.#last;
  }

  /** Something else happens than the step that was to follow: what went through stands first. */
  async #recordPassed(): Promise<void> {
    const last = this.#passing.pop();
    if (last) await this.#write({ to: last.to, note: last.note });
  }

  recordPromotion(version: number, note: string): Promise<StepResult> {
    return this.record("promoted", { promotedVersion: version, note });
  }

  /** Nothing changed; somebody tries again after a pause. */
  async setback({ errorCode, errorText }: Trouble): Promise<StepResult> {
    await this.#recordPassed();
    const { rotationId, fence } = this.#held();
    const trouble = { errorCode, errorText: errorText.slice(0, 500) };
    const input: z.input<typeof recordSetback.input> = { rotationId, fence, ...trouble };
    return this.#take(await runVerb(recordSetback, this.#caller, input), performance.now());
  }

  /** Runs another verb for this rotation: one that writes what belongs to it elsewhere. */
  perform<In extends z.ZodType, Out extends z.ZodType>(
    definition: Verb<In, Out>,
    input: z.input<In>,
  ): Promise<z.output<Out>> {
    return runVerb(definition, this.#caller, input);
  }

  /** Reads from this rotation's tenant. */
  reading<T>(work: (tx: TenantTx, tenant: AuthorizedTenantId) => Promise<T>): Promise<T> {
    const { tenant } = this.#caller;
    return withTenant(tenant, "worker", (tx) => work(tx, tenant), { readOnly: true });
  }

  get tenant(): AuthorizedTenantId {
    return this.#caller.tenant;
  }

  #held() {
    const { rotationId, fence } = this.claim;
    return { rotationId, fence, leaseSeconds: this.#leaseSeconds };
  }

  #take(result: StepResult, sinceMillis: number): StepResult {
    this.state = result.state;
    this.resumeState = result.resumeState;
    this.#last = result;
    this.outside.renewed(sinceMillis);
    return result;
  }
}
