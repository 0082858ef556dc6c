/// <reference types="@webgpu/types" />
import { WebGpuError } from "./errors";
import { WORD_BYTES } from "./kernel";
import type { Abilities } from "./kernel";

/** Which device is opened, and what to change about it: all but the adapter is for tests. */
export interface DeviceOptions {
  /** A part of the name of the driver's adapter; the first adapter unless given. */
  readonly adapter?: string;
  /** Most bytes of one binding, a power of two; no more than the adapter allows. */
  readonly bindingBytes?: number;
  /** False if the instruction for four products of i8 is not to be used. */
  readonly dot4?: boolean;
}

/** An open device. */
export interface OpenDevice {
  readonly device: GPUDevice;
  readonly abilities: Abilities;
  /** What the adapter calls itself. */
  readonly adapter: string;
}

/**
 * Native objects that were collected while others that came of them are in use crash or stop some drivers:
 * they stay as long as the process.
 */
const pinned: unknown[] = [];

/** The drivers to try, in this order; OpenGL has the software adapters of Mesa, too. */
const BACKENDS = [
  { flags: [], options: { powerPreference: "high-performance" }, native: true },
  { flags: ["backend=opengl"], options: { featureLevel: "compatibility" }, native: false },
] as const;

/** Opens the first adapter that there is, or that is named. Throws `WebGpuError` ADAPTER. */
export async function openDevice(options: DeviceOptions = {}): Promise<OpenDevice> {
  const { create, globals } = await import("webgpu").catch((cause: unknown) => {
    throw new WebGpuError("ADAPTER", "the package webgpu does not load here", { cause });
  });
  Object.assign(globalThis, globals);
  const named = options.adapter === undefined ? [] : [`adapter=${options.adapter}`];
  const others: string[] = [];
  for (const { flags, options: wanted, native } of BACKENDS) {
    const gpu = create([...flags, ...named]);
    pinned.push(gpu);
    // Where there are adapters, but none of that name, this is an error that lists them.
    const adapter = await gpu.requestAdapter(wanted).catch((error: unknown) => {
      others.push(error instanceof Error ? error.message : String(error));
      return null;
    });
    pinned.push(adapter);
    if (adapter === null) continue;
    const device = await requestDevice(adapter);
    pinned.push(device);
    const packed = gpu.wgslLanguageFeatures.has("packed_4x8_integer_dot_product");
    // OpenGL has no such instruction, so it would be made of slower ones.
    const dot4 = options.dot4 ?? (packed && native);
    const abilities = abilitiesOf(device.limits, { ...options, dot4 });
    return { device, abilities, adapter: nameOf(adapter.info) };
  }
  const reasons = others.length === 0 ? ["there is no adapter for WebGPU"] : others;
  throw new WebGpuError("ADAPTER", reasons.join("; ").replace(/\s+/g, " "));
}

function nameOf({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  return [vendor, architecture, device, description].filter((part) => part !== "").join(" ");
}

async function requestDevice(adapter: GPUAdapter): Promise<GPUDevice> {
  const { maxBufferSize, maxStorageBufferBindingSize, maxStorageBuffersPerShaderStage } =
    adapter.limits;
  return adapter.requestDevice({
    requiredLimits: {
      maxBufferSize,
      maxStorageBufferBindingSize,
      maxStorageBuffersPerShaderStage,
    },
  });
}

function abilitiesOf(limits: GPUSupportedLimits, { bindingBytes, dot4 }: DeviceOptions): Abilities {
  const most = Math.min(limits.maxStorageBufferBindingSize, limits.maxBufferSize);
  const bytes = Math.min(2 ** Math.floor(Math.log2(most)), bindingBytes ?? Infinity);
  return {
    pieceWords: bytes / WORD_BYTES,
    bindings: limits.maxStorageBuffersPerShaderStage,
    invocations: limits.maxComputeInvocationsPerWorkgroup,
    dot4: dot4 === true,
  };
}
