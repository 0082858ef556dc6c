// The process of a device: a driver that crashes or hangs takes no other process with it.
import { GpuModel } from "./GpuModel";
import { openDevice } from "./device";
import { WebGpuError } from "./errors";
import type { OpenDevice } from "./device";
import type { Answers, Message, Request } from "./messages";

let open: OpenDevice | undefined;
const models = new Map<number, GpuModel>();

function send(message: Message): void {
  process.send?.(message);
}

const progress = () => send({ kind: "progress" });

async function perform(request: Request): Promise<Answers[keyof Answers]> {
  if (request.kind === "open") {
    open = await openDevice(request.options);
    open.device.lost.then(
      () => process.exit(1),
      () => process.exit(1),
    );
    return open.adapter;
  }
  if (open === undefined) throw new WebGpuError("DEVICE", "no device was opened");
  if (request.kind === "load") {
    models.set(request.key, await GpuModel.load(open, request.model, request.keep, progress));
    return undefined;
  }
  const model = models.get(request.key);
  if (model === undefined) throw new WebGpuError("DEVICE", `there is no model ${request.key}`);
  if (request.kind === "run") return model.run(request.inputs, progress);
  if (request.kind === "trace") return model.trace(request.input);
  models.delete(request.key);
  model.destroy();
  return undefined;
}

async function answer(request: Request): Promise<void> {
  try {
    send({ kind: "done", answer: await perform(request) });
  } catch (error) {
    const code = error instanceof WebGpuError ? error.code : "DEVICE";
    send({ kind: "failed", code, message: error instanceof Error ? error.message : String(error) });
  }
}

process.on("message", (request: Request) => void answer(request));
process.on("disconnect", () => process.exit());
