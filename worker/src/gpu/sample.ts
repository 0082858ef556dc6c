/** What a GPU tells of itself; what it does not tell is absent. */
export interface GpuSample {
  readonly index: string;
  readonly uuid: string;
  readonly name: string;
  /** Share of the last moments in which it computed, from 0 to 1. */
  readonly utilization?: number;
  readonly memoryUsedBytes?: number;
  readonly memoryBytes?: number;
  readonly powerWatts?: number;
  readonly temperatureCelsius?: number;
}

/** What is asked for, in the order of the columns; the name, which may be any text, is the last. */
export const QUERY_FIELDS = [
  "index",
  "uuid",
  "utilization.gpu",
  "memory.used",
  "memory.total",
  "power.draw",
  "temperature.gpu",
  "name",
] as const;

const MIB = 2 ** 20;

/**
 * Reads the lines of `nvidia-smi --query-gpu=… --format=csv,noheader,nounits`. Lines that are none, such as
 * those of an error, or that do not end, are left out; so are values that are no numbers, such as `[N/A]`.
 */
export function parseSamples(text: string): GpuSample[] {
  const whole = text.split("\n").slice(0, -1);
  return whole.flatMap((line) => parseSample(line.trim()) ?? []);
}

function parseSample(line: string): GpuSample | undefined {
  const cells = line.split(",").map((cell) => cell.trim());
  if (cells.length < QUERY_FIELDS.length) return undefined;
  const [index, uuid, utilization, memoryUsed, memory, power, temperature, ...name] = cells;
  if (!/^\d+$/.test(index) || !/^[\w-]+$/.test(uuid)) return undefined;
  return withoutAbsent({
    index,
    uuid,
    name: name.join(", "),
    utilization: read(utilization, (percent) => percent / 100),
    memoryUsedBytes: read(memoryUsed, (mib) => mib * MIB),
    memoryBytes: read(memory, (mib) => mib * MIB),
    powerWatts: read(power),
    temperatureCelsius: read(temperature),
  });
}

function read(cell: string, convert = (value: number) => value): number | undefined {
  return /^\d+(\.\d+)?$/.test(cell) ? convert(Number(cell)) : undefined;
}

function withoutAbsent(sample: GpuSample): GpuSample {
  const present = Object.entries(sample).filter(([, value]) => value !== undefined);
  return Object.fromEntries(present) as unknown as GpuSample;
}
