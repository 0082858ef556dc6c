import { SLACK } from "./kernels";
import type { Address } from "./kernels";

const ALIGNMENT = 16;

/** Bytes that one step fills and the same or later steps read. */
export interface Region {
  readonly bytes: number;
  /** Known once the plan is placed. */
  readonly address: Address;
}

class PlannedRegion implements Region {
  address = 0;

  constructor(
    readonly bytes: number,
    readonly first: number,
    public last: number,
  ) {}
}

/**
 * Decides where everything that a list of steps keeps in memory lies, before the first step runs:
 * regions whose lives do not overlap share addresses. So memory never grows while steps run.
 */
export class MemoryPlan {
  private readonly regions: PlannedRegion[] = [];

  /** A region that `step` fills, alive during that step. */
  reserve(bytes: number, step: number): Region {
    const region = new PlannedRegion(bytes, step, step);
    this.regions.push(region);
    return region;
  }

  /** Keeps `region` alive until `step` has run; `Infinity` keeps it for good. */
  keep(region: Region, step: number): void {
    if (region instanceof PlannedRegion) region.last = Math.max(region.last, step);
  }

  /** Gives every region its address, from `base` on, and returns the end of the last. */
  place(base: Address): Address {
    let end = align(base);
    for (const region of this.regions.filter(({ last }) => last === Infinity)) {
      region.address = end;
      end += footprint(region);
    }
    const shared = end;
    let live: PlannedRegion[] = [];
    const byStart = this.regions
      .filter(({ last }) => last !== Infinity)
      .sort((x, y) => x.first - y.first);
    for (const region of byStart) {
      live = live.filter(({ last }) => last >= region.first);
      region.address = firstGap(live, shared, footprint(region));
      live.push(region);
      live.sort((x, y) => x.address - y.address);
      end = Math.max(end, region.address + footprint(region));
    }
    return end;
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

function footprint({ bytes }: Region): number {
  return align(bytes + SLACK);
}

/** Lowest address from `base` on with room for `bytes` between regions in order of address. */
function firstGap(live: readonly Region[], base: Address, bytes: number): Address {
  let address = base;
  for (const region of live) {
    if (address + bytes <= region.address) break;
    address = Math.max(address, region.address + footprint(region));
  }
  return address;
}
