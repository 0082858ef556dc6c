import { demand } from "../errors";
import { LIMITS } from "../file/limits";
import { ProgramBuilder, tensor } from "../../src/index";
import type { DType, MapFunction, MulOptions, Tensor, Value, ViewOptions } from "../../src/index";

/** A builder that names nodes after the value of the graph that is being lowered. */
export class Emitter {
  readonly builder = new ProgramBuilder();
  private readonly names = new Set<string>();
  private readonly counts = new Map<string, number>();
  private readonly scalars = new Map<number, Value>();
  private prefix = "";
  private bytesLeft: number = LIMITS.programBytes;

  /** Nodes from here on belong to value `name`. */
  begin(name: string): void {
    this.prefix = name;
  }

  /** A name that no node has. */
  name(what: string): string {
    return this.unique(this.prefix === "" ? what : `${this.prefix}.${what}`);
  }

  /** A constant. Throws `OnnxError` LIMIT if it and those before are too large. */
  constant(what: string, data: Tensor): Value {
    this.bytesLeft -= data.data.byteLength;
    const bounded = this.bytesLeft >= 0;
    demand(bounded, "LIMIT", `constants of a program take more than ${LIMITS.programBytes} bytes`);
    return this.builder.constant(this.name(what), data);
  }

  /** One number as a constant. */
  scalar(value: number): Value {
    const known = this.scalars.get(value);
    if (known !== undefined) return known;
    const name = this.unique(`constant ${value}`);
    const constant = this.builder.constant(name, tensor("i32", 1, 1, [value]));
    this.scalars.set(value, constant);
    return constant;
  }

  map(
    fn: Exclude<MapFunction, "sqrt">,
    what: string,
    a: Value,
    b: Value | number,
    options: MulOptions = {},
  ): Value {
    const operand = typeof b === "number" ? this.scalar(b) : b;
    return this.builder.map[fn](this.name(what), a, operand, options);
  }

  /** (a x b) >> shift, rounded half up. */
  multiply(what: string, a: Value, b: Value | number, shift: number, dtype: DType): Value {
    return this.map("mul", what, a, b, { shift, dtype });
  }

  view(what: string, a: Value, options: ViewOptions): Value {
    return this.builder.view(this.name(what), a, options);
  }

  private unique(base: string): string {
    let count = this.counts.get(base) ?? 0;
    let name = base;
    do {
      count++;
      name = count === 1 ? base : `${base}.${count}`;
    } while (this.names.has(name));
    this.counts.set(base, count);
    this.names.add(name);
    return name;
  }
}
