/// <reference types="@webgpu/types" />
import { setImmediate } from "node:timers/promises";
import { allocate } from "../dtype";
import { planModel } from "./compile";
import { WebGpuError } from "./errors";
import { QUAD, WORD_BYTES, wordsOf } from "./kernel";
import type { Model } from "../model";
import type { Header, Tensor } from "../tensor";
import type { Buffers, Plan, Step } from "./compile";
import type { OpenDevice } from "./device";
import type { Pass, Stored } from "./kernel";

/** A pass that is ready to be encoded. */
interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly group: GPUBindGroup;
  readonly groups: readonly [number, number];
}

/** Most runs that wait for the device at a time. */
const MOST_WAITING = 8;

/** A model in the memory of a device, ready to run. */
export class GpuModel {
  private constructor(
    private readonly device: GPUDevice,
    private readonly buffers: DeviceBuffers,
    private readonly plan: Plan,
    private readonly runs: readonly (readonly Dispatch[])[],
  ) {}

  /**
   * Loads a model that `checkModel` accepts; with `keep`, `trace` can be asked. Calls `progress` for every
   * kernel. Throws `WebGpuError` LIMIT or DEVICE.
   */
  static async load(
    { device, abilities }: OpenDevice,
    model: Model,
    keep: boolean,
    progress: () => void,
  ): Promise<GpuModel> {
    const buffers = new DeviceBuffers(device);
    try {
      return await checked(device, () => {
        const plan = planModel(model, abilities, buffers, keep);
        return GpuModel.prepare(device, buffers, plan, progress);
      });
    } catch (error) {
      buffers.destroy();
      throw error;
    }
  }

  private static async prepare(
    device: GPUDevice,
    buffers: DeviceBuffers,
    plan: Plan,
    progress: () => void,
  ): Promise<GpuModel> {
    const { maxBufferSize } = device.limits;
    if (wordsOf(plan.output) * WORD_BYTES > maxBufferSize) {
      throw new WebGpuError(
        "LIMIT",
        `the output takes more than a buffer of ${maxBufferSize} bytes`,
      );
    }
    const prepare = async (steps: readonly Step[]) => {
      const prepared: Dispatch[][] = [];
      for (const { passes } of steps) {
        prepared.push(passes.map((pass) => dispatchOf(device, pass)));
        progress();
        // Lets the message go.
        await setImmediate();
      }
      return prepared;
    };
    for (const { tensor, stored } of plan.weights) write(device, stored, tensor);
    const loads = await prepare(plan.loads);
    const encoder = device.createCommandEncoder();
    loads.forEach((dispatches) => encode(encoder, dispatches));
    device.queue.submit([encoder.finish()]);
    return new GpuModel(device, buffers, plan, await prepare(plan.runs));
  }

  /** The outputs, in order; calls `progress` for each. Throws `WebGpuError` DEVICE. */
  async run(inputs: readonly Tensor[], progress: () => void): Promise<Tensor[]> {
    const outputs: Tensor[] = [];
    for (let at = 0; at < inputs.length; at += MOST_WAITING) {
      const batch = inputs.slice(at, at + MOST_WAITING);
      const read = await checked(this.device, () =>
        Promise.all(
          batch.map(async (input) => {
            const [output] = await this.start(input, [this.plan.output]);
            progress();
            return output;
          }),
        ),
      );
      outputs.push(...read);
    }
    return outputs;
  }

  /** What each step makes, in order. Throws `WebGpuError` DEVICE. */
  trace(input: Tensor): Promise<Tensor[]> {
    const results = this.plan.runs.map(({ result }) => result);
    return checked(this.device, () => this.start(input, results));
  }

  /** Frees all buffers. */
  destroy(): void {
    this.buffers.destroy();
  }

  private async start(input: Tensor, wanted: readonly Stored[]): Promise<Tensor[]> {
    const { device } = this;
    write(device, this.plan.input, input);
    const encoder = device.createCommandEncoder();
    this.runs.forEach((dispatches) => encode(encoder, dispatches));
    const copies = wanted.map((stored) => copyOut(device, encoder, stored));
    device.queue.submit([encoder.finish()]);
    return Promise.all(wanted.map((header, i) => read(header, copies[i])));
  }
}

/** Buffers of one model. */
class DeviceBuffers implements Buffers {
  private readonly all: GPUBuffer[] = [];
  private free: GPUBuffer[] = [];

  constructor(private readonly device: GPUDevice) {}

  take(words: number, lasts: boolean): GPUBuffer {
    const size = Math.ceil(words / QUAD) * QUAD * WORD_BYTES;
    // One that is twice as large would be missed elsewhere.
    const fits = (buffer: GPUBuffer) => buffer.size >= size && buffer.size <= 2 * size;
    const found = lasts ? undefined : this.free.find(fits);
    if (found !== undefined) {
      this.free = this.free.filter((buffer) => buffer !== found);
      return found;
    }
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC;
    const buffer = this.device.createBuffer({ size, usage });
    this.all.push(buffer);
    return buffer;
  }

  give(buffer: GPUBuffer): void {
    this.free.push(buffer);
  }

  destroy(): void {
    for (const buffer of this.all) buffer.destroy();
  }
}

/** What `work` gives. Throws `WebGpuError` LIMIT if memory is short, DEVICE for other errors of the device. */
async function checked<Result>(device: GPUDevice, work: () => Promise<Result>): Promise<Result> {
  const filters = ["validation", "out-of-memory", "internal"] as const;
  for (const filter of filters) device.pushErrorScope(filter);
  let result: Result;
  try {
    result = await work();
  } finally {
    const errors = await Promise.all(filters.map(() => device.popErrorScope()));
    const error = errors.find((each) => each !== null);
    if (error) throw new WebGpuError(isOutOfMemory(error) ? "LIMIT" : "DEVICE", error.message);
  }
  return result;
}

function isOutOfMemory(error: GPUError): boolean {
  return error instanceof GPUOutOfMemoryError;
}

const pipelines = new WeakMap<GPUDevice, Map<string, GPUComputePipeline>>();

function pipelineOf(device: GPUDevice, { code, buffers }: Pass): GPUComputePipeline {
  const known = pipelines.get(device) ?? new Map<string, GPUComputePipeline>();
  pipelines.set(device, known);
  let pipeline = known.get(code);
  if (pipeline === undefined) {
    const module = device.createShaderModule({ code });
    const layout = device.createPipelineLayout({
      bindGroupLayouts: [device.createBindGroupLayout({ entries: buffers.map(bindingOf) })],
    });
    pipeline = device.createComputePipeline({ layout, compute: { module } });
    known.set(code, pipeline);
  }
  return pipeline;
}

/** The last one is written to; one that a kernel happens not to read is there all the same. */
function bindingOf(
  _: GPUBuffer,
  binding: number,
  all: readonly GPUBuffer[],
): GPUBindGroupLayoutEntry {
  const type = binding === all.length - 1 ? "storage" : "read-only-storage";
  return { binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } };
}

function dispatchOf(device: GPUDevice, pass: Pass): Dispatch {
  const { buffers, groups } = pass;
  const pipeline = pipelineOf(device, pass);
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
  });
  return { pipeline, group, groups };
}

function encode(encoder: GPUCommandEncoder, dispatches: readonly Dispatch[]): void {
  const pass = encoder.beginComputePass();
  for (const { pipeline, group, groups } of dispatches) {
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, group);
    pass.dispatchWorkgroups(...groups);
  }
  pass.end();
}

/** Where the bytes of a tensor lie. */
function piecesOf(stored: Stored): { buffer: GPUBuffer; start: number; bytes: number }[] {
  const total = wordsOf(stored) * WORD_BYTES;
  return stored.buffers.map((buffer, piece) => {
    const start = piece * stored.pieceBytes;
    return { buffer, start, bytes: Math.min(stored.pieceBytes, total - start) };
  });
}

function write({ queue }: GPUDevice, stored: Stored, { data }: Tensor): void {
  const bytes = new Uint8Array(wordsOf(stored) * WORD_BYTES);
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  for (const piece of piecesOf(stored)) {
    queue.writeBuffer(piece.buffer, 0, bytes, piece.start, piece.bytes);
  }
}

function copyOut(device: GPUDevice, encoder: GPUCommandEncoder, stored: Stored): GPUBuffer {
  const usage = GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ;
  const copy = device.createBuffer({ size: wordsOf(stored) * WORD_BYTES, usage });
  for (const { buffer, start, bytes } of piecesOf(stored)) {
    encoder.copyBufferToBuffer(buffer, 0, copy, start, bytes);
  }
  return copy;
}

async function read({ dtype, rows, cols }: Header, copy: GPUBuffer): Promise<Tensor> {
  await copy.mapAsync(GPUMapMode.READ);
  const data = allocate(dtype, rows * cols);
  const bytes = new Uint8Array(data.buffer);
  bytes.set(new Uint8Array(copy.getMappedRange()).subarray(0, bytes.length));
  copy.destroy();
  return { dtype, rows, cols, data };
}
