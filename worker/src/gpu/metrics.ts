import type { Counter, Gauge } from "prom-client";
import type { GpuSample } from "./sample";
import type { MetricSet } from "../metrics";

/** A quantity of a sample. */
type Quantity = Exclude<keyof GpuSample, "index" | "uuid" | "name">;

/** The last power of a GPU, and when, in milliseconds. */
interface Power {
  readonly uuid: string;
  readonly watts: number;
  readonly at: number;
}

const FIGURES: Readonly<Record<Quantity, readonly [name: string, help: string]>> = {
  utilization: ["gpu_utilization_ratio", "Share of the last moments in which the GPU computed"],
  memoryUsedBytes: ["gpu_memory_used_bytes", "Memory of the GPU in use"],
  memoryBytes: ["gpu_memory_size_bytes", "Memory of the GPU"],
  powerWatts: ["gpu_power_watts", "Power that the GPU draws"],
  temperatureCelsius: ["gpu_temperature_celsius", "Temperature of the GPU"],
};

/** What GPUs tell of themselves, by their index. */
export class GpuMetrics {
  private readonly info: Gauge;
  private readonly figures: readonly (readonly [Quantity, Gauge])[];
  private readonly energy: Counter;
  private powers: ReadonlyMap<string, Power> = new Map();

  /** Energy is added up between samples that are at most `mostMs` apart. */
  constructor(
    set: MetricSet,
    private readonly mostMs: number,
  ) {
    this.info = set.gauge("gpu_info", "1 for each GPU", ["gpu", "uuid", "name"]);
    this.figures = Object.entries(FIGURES).map(([quantity, [name, help]]) => [
      quantity as Quantity,
      set.gauge(name, help, ["gpu"]),
    ]);
    this.energy = set.counter(
      "gpu_energy_joules_total",
      "Energy that the GPU drew since the start, from its power",
      ["gpu"],
    );
  }

  /** Records samples taken at `now` milliseconds in the place of all earlier ones; none for unknown. */
  sampled(samples: readonly GpuSample[], now: number): void {
    this.info.reset();
    for (const [, gauge] of this.figures) gauge.reset();
    for (const sample of samples) {
      const { index: gpu, uuid, name } = sample;
      this.info.set({ gpu, uuid, name }, 1);
      for (const [quantity, gauge] of this.figures) {
        const value = sample[quantity];
        if (value !== undefined) gauge.set({ gpu }, value);
      }
    }
    this.addEnergy(samples, now);
  }

  /** The mean power of two samples, for the time between them. */
  private addEnergy(samples: readonly GpuSample[], at: number): void {
    const powers = new Map<string, Power>();
    for (const { index: gpu, uuid, powerWatts: watts } of samples) {
      if (watts === undefined) continue;
      this.energy.inc({ gpu }, 0);
      powers.set(gpu, { uuid, watts, at });
      const last = this.powers.get(gpu);
      if (last?.uuid !== uuid) continue;
      const ms = at - last.at;
      if (ms >= 0 && ms <= this.mostMs) {
        this.energy.inc({ gpu }, (((watts + last.watts) / 2) * ms) / 1000);
      }
    }
    this.powers = powers;
  }
}
