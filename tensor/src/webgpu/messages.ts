import type { Model } from "../model";
import type { Tensor } from "../tensor";
import type { DeviceOptions } from "./device";
import type { WebGpuError } from "./errors";

/** What the process of a device can be asked, one thing at a time. `key` is the asker's name for a model. */
export type Request =
  | { readonly kind: "open"; readonly options: DeviceOptions }
  | {
      readonly kind: "load";
      readonly key: number;
      readonly model: Model;
      /** Whether every result is kept, for `trace`. */
      readonly keep: boolean;
    }
  | { readonly kind: "run"; readonly key: number; readonly inputs: readonly Tensor[] }
  | { readonly kind: "trace"; readonly key: number; readonly input: Tensor }
  | { readonly kind: "drop"; readonly key: number };

/** What is answered to each. */
export interface Answers {
  /** What the adapter calls itself. */
  readonly open: string;
  readonly load: undefined;
  readonly run: Tensor[];
  /** What each instruction makes, in order. */
  readonly trace: Tensor[];
  readonly drop: undefined;
}

/** What the process sends: signs of life, then the answer. */
export type Message =
  | { readonly kind: "progress" }
  | { readonly kind: "done"; readonly answer: Answers[keyof Answers] }
  | { readonly kind: "failed"; readonly code: WebGpuError["code"]; readonly message: string };
