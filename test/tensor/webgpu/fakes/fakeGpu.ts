import { ReferenceExecutor, isInstruction } from "../../../../tensor/src/index";
import type { Model, Tensor } from "../../../../tensor/src/index";
import type { Answers, Message, Request } from "../../../../tensor/src/webgpu/messages";

/** What a fake does instead of an honest answer; undefined where it is honest. */
export type Behaviour = (request: Request, honest: Honest) => Message | "silence" | undefined;

type Honest = () => Answers[keyof Answers];

/** Plays the process of a device, on the reference. */
export function playGpu(behaviour: Behaviour): void {
  const reference = new ReferenceExecutor();
  const models = new Map<number, Model>();

  function honest(request: Request): Answers[keyof Answers] {
    if (request.kind === "open") return "fake";
    if (request.kind === "load") models.set(request.key, request.model);
    const model = models.get(request.key);
    if (model === undefined) throw new Error(`no model ${request.key}`);
    const trace = (input: Tensor) => reference.trace(model, input);
    if (request.kind === "run") return request.inputs.map((input) => trace(input).slice(-1)[0]);
    if (request.kind !== "trace") return undefined;
    return trace(request.input).filter((_, i) => isInstruction(model.program.nodes[i]));
  }

  process.on("message", (request: Request) => {
    const told = behaviour(request, () => honest(request));
    if (told === "silence") return;
    process.send?.(told ?? { kind: "done", answer: honest(request) });
  });
  process.on("disconnect", () => process.exit());
}

/** The same answer with one bit of its first tensor changed. */
export function changed(answer: Answers[keyof Answers]): Message {
  const [first, ...others] = answer as Tensor[];
  return { kind: "done", answer: [changedTensor(first), ...others] };
}

/** The same tensor with one bit of its first element changed. */
export function changedTensor(original: Tensor): Tensor {
  const data = original.data.slice();
  data[0] ^= 1;
  return { ...original, data };
}
