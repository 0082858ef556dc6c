import { allocateElements } from "./tensor";
import type { Elements, Kind } from "./tensor";

/** How many times larger a buffer may be than what it is lent for. */
const EXCESS = 2;

/** Lends arrays of elements, and lends those that come back again. */
export class ElementPool {
  /** In order of size. */
  private readonly free: ArrayBuffer[] = [];

  /** `count` zeros, in the smallest buffer that came back and holds them. */
  take(kind: Kind, count: number): Elements {
    const List = kind === "real" ? Float32Array : Float64Array;
    const bytes = count * List.BYTES_PER_ELEMENT;
    const at = this.free.findIndex(({ byteLength }) => byteLength >= bytes);
    // a larger one takes the place of the largest
    if (at === -1) this.free.pop();
    if (at === -1 || this.free[at].byteLength > EXCESS * bytes) {
      return allocateElements(kind, count);
    }
    const [buffer] = this.free.splice(at, 1);
    return new List(buffer, 0, count).fill(0);
  }

  /** Takes back what `take` gave and nobody reads any more. */
  give({ buffer }: Elements): void {
    const after = this.free.findIndex(({ byteLength }) => byteLength >= buffer.byteLength);
    this.free.splice(after === -1 ? this.free.length : after, 0, buffer as ArrayBuffer);
  }
}
