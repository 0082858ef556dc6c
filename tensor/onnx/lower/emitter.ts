import { ProgramBuilder, tensor } from "../../src/index";
import type { DType, MapFunction, MulOptions, Tensor, Value, ViewOptions } from "../../src/index";

/** A builder that names nodes after the value of the graph that is being lowered. */
export class Emitter {
  readonly builder = new ProgramBuilder();
  private readonly names = new Set<string>();
  private readonly scalars = new Map<number, Value>();
  private prefix = "";

  /** Nodes from here on belong to value `name`. */
  begin(name: string): void {
    this.prefix = name;
  }

  /** A name that no node has. */
  name(what: string): string {
    const base = this.prefix === "" ? what : `${this.prefix}.${what}`;
    let name = base;
    for (let n = 2; this.names.has(name); n++) name = `${base}.${n}`;
    this.names.add(name);
    return name;
  }

  constant(what: string, data: Tensor): Value {
    return this.builder.constant(this.name(what), data);
  }

  /** One number as a constant. */
  scalar(value: number): Value {
    const known = this.scalars.get(value);
    if (known !== undefined) return known;
    const constant = this.builder.constant(this.scalarName(value), tensor("i32", 1, 1, [value]));
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

  private scalarName(value: number): string {
    const name = `constant ${value}`;
    this.names.add(name);
    return name;
  }
}
