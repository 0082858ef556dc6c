import { expect } from "chai";
import {
  ProgramBuilder,
  ReferenceExecutor,
  checkModel,
  encodeModel,
  tensor,
  tensorRoot,
  zeros,
} from "../../tensor/src/index";
import { refuses } from "../shared/nodes";
import type { Header, Value } from "../../tensor/src/index";

function headerOf({ dtype, rows, cols }: Header): [string, number, number] {
  return [dtype, rows, cols];
}

/** A builder whose input is i8 of the given shape. */
function start(rows: number, cols: number): { builder: ProgramBuilder; x: Value } {
  const builder = new ProgramBuilder();
  return { builder, x: builder.input("x", "i8", rows, cols) };
}

describe("ProgramBuilder", () => {
  it("builds a model that runs", async () => {
    const { builder, x } = start(2, 3);
    const w = builder.constant("w", tensor("i8", 2, 3, [1, 1, 1, 127, -128, 0]));
    const m = builder.constant("m", tensor("i32", 1, 1, [1_048_576]));
    const scores = builder.dot("scores", x, w);
    builder.map.mul("y", scores, m, { shift: 22, dtype: "i8" });
    const model = builder.build();
    expect(model.program.names).to.deep.equal(["x", "w", "m", "scores", "y"]);
    const input = tensor("i8", 2, 3, [1, -2, 3, -4, 5, -6]);
    const [output] = await new ReferenceExecutor().run(model, [input]);
    expect(Array.from(output.data)).to.deep.equal([1, 96, -1, -128]);
  });

  it("builds nodes with every field, in order", () => {
    const { builder, x } = start(4, 6);
    const table = builder.constant("table", zeros("i16", 1, 8));
    const loops = [{ extent: 24, axis: 3, stride: 1 }] as const;
    const view = builder.view("view", x, {
      rows: 8,
      cols: 3,
      dims: [1, 1, 1, 24],
      loops,
      offsets: [0, 0, 0, -1],
      pad: 5,
      dtype: "i32",
    });
    const take = builder.take("take", table, view, { chunk: 4, dtype: "i8", rows: 24, cols: 4 });
    const max = builder.reduce("max", "max", take, { rows: 4, cols: 6 });
    const dot = builder.dot("dot", max, x, { groups: 2, groupsOfB: 1, dtype: "i16" });
    const root = builder.map.sqrt("sqrt", dot, { dtype: "i8" });
    builder.map.sub("sub", root, root);
    const { nodes } = builder.build().program;
    const zero = tensorRoot(zeros("i16", 1, 8));
    expect(nodes).to.deep.equal([
      { op: "input", dtype: "i8", rows: 4, cols: 6 },
      { op: "const", dtype: "i16", rows: 1, cols: 8, root: zero },
      {
        op: "view",
        dtype: "i32",
        rows: 8,
        cols: 3,
        a: 0,
        dims: [1, 1, 1, 24],
        offsets: [0, 0, 0, -1],
        loops,
        pad: 5,
      },
      { op: "take", dtype: "i8", rows: 24, cols: 4, a: 1, b: 2, chunk: 4 },
      { op: "reduce", fn: "max", dtype: "i8", rows: 4, cols: 6, a: 3 },
      { op: "dot", dtype: "i16", rows: 4, cols: 4, a: 4, b: 0, groups: 2 },
      { op: "map", fn: "sqrt", dtype: "i8", rows: 4, cols: 4, a: 5, b: 0, shift: 0 },
      { op: "map", fn: "sub", dtype: "i32", rows: 4, cols: 4, a: 6, b: 6, shift: 0 },
    ]);
  });

  describe("inference", () => {
    it("gives dot a row for each row of a and a column for each row of b's group", () => {
      const { builder, x } = start(6, 3);
      const b = builder.constant("b", zeros("i8", 4, 3));
      expect(headerOf(builder.dot("plain", x, b))).to.deep.equal(["i32", 6, 4]);
      expect(headerOf(builder.dot("groups", x, b, { groups: 2 }))).to.deep.equal(["i32", 6, 2]);
      const shared = builder.dot("shared", x, b, { groups: 6, groupsOfB: 2 });
      expect(headerOf(shared)).to.deep.equal(["i32", 6, 2]);
    });

    it("gives map the larger rows and the larger columns", () => {
      const { builder, x } = start(6, 1);
      const row = builder.constant("row", zeros("i32", 1, 4));
      for (const fn of ["add", "sub", "mul", "min", "max", "div"] as const) {
        expect(headerOf(builder.map[fn](fn, x, row))).to.deep.equal(["i32", 6, 4]);
      }
      expect(headerOf(builder.map.sqrt("sqrt", x))).to.deep.equal(["i32", 6, 1]);
    });

    it("gives reduce a column", () => {
      const { builder, x } = start(6, 5);
      expect(headerOf(builder.reduce("sum", "sum", x))).to.deep.equal(["i32", 6, 1]);
      expect(headerOf(builder.reduce("max", "max", x))).to.deep.equal(["i8", 6, 1]);
      expect(headerOf(builder.reduce("argmax", "argmax", x))).to.deep.equal(["i32", 6, 1]);
    });

    it("gives take the shape of the indices, or a row for each of them", () => {
      const { builder, x } = start(6, 5);
      const table = builder.constant("table", zeros("i16", 1, 8));
      expect(headerOf(builder.take("single", table, x))).to.deep.equal(["i16", 6, 5]);
      expect(headerOf(builder.take("rows", table, x, { chunk: 2 }))).to.deep.equal(["i16", 30, 2]);
    });

    it("gives view the type of a", () => {
      const { builder, x } = start(1, 1);
      const view = builder.view("view", x, { rows: 1, cols: 1, dims: [1, 1, 1, 1], loops: [] });
      expect(headerOf(view)).to.deep.equal(["i8", 1, 1]);
    });
  });

  describe("errors", () => {
    it("name the node and the shapes", () => {
      const { builder, x } = start(2, 3);
      const w = builder.constant("w", zeros("i8", 2, 4));
      const text = 'node 2 "scores" (dot i32 [2,2]): columns differ: a is i8 [2,3], b is i8 [2,4]';
      refuses(() => builder.dot("scores", x, w), "DOT_COLUMNS", 2, text);
    });

    it("leave the builder as it was", () => {
      const { builder, x } = start(2, 3);
      refuses(() => builder.reduce("y", "sum", x, { rows: 5 }), "REDUCE_COUNT", 1);
      builder.reduce("y", "sum", x);
      expect(builder.build().program.names).to.deep.equal(["x", "y"]);
    });

    it("refuse a name that is empty or taken", () => {
      const { builder, x } = start(1, 1);
      refuses(() => builder.map.add("x", x, x), "NAME", 1, 'node 1 "x"');
      refuses(() => builder.map.add("", x, x), "NAME", 1);
    });

    it("refuse a value of another builder, even if it has the same name", () => {
      const { builder, x } = start(1, 1);
      const other = start(1, 1);
      refuses(() => builder.map.add("y", x, other.x), "OPERAND", 1, '"x" belongs to another');
      const z = other.builder.map.add("z", other.x, other.x);
      refuses(() => builder.map.add("y", z, x), "OPERAND", 1, '"z" belongs to another');
    });

    it("refuse a second input, and anything before the first", () => {
      const { builder } = start(1, 1);
      refuses(() => builder.input("y", "i8", 1, 1), "INPUT_POSITION", 1);
      const empty = new ProgramBuilder();
      refuses(() => empty.constant("c", zeros("i8", 1, 1)), "INPUT_POSITION", 0);
    });

    it("refuse groups of b that do not divide its rows", () => {
      const { builder, x } = start(4, 3);
      const b = builder.constant("b", zeros("i8", 3, 3));
      refuses(() => builder.dot("y", x, b, { groups: 2 }), "SHAPE", 2, "not [4,1.5]");
    });

    it("refuse to build with a node that nothing reads", () => {
      const { builder, x } = start(1, 1);
      builder.map.add("lost", x, x);
      builder.map.add("y", x, x);
      refuses(() => builder.build(), "UNUSED_NODE", 1, 'node 1 "lost"');
    });

    it("refuse to build nothing but an input", () => {
      refuses(() => start(1, 1).builder.build(), "NODE_COUNT", undefined);
    });

    it("refuse to build with a constant that changed after it was added", () => {
      const { builder, x } = start(1, 1);
      const data = Int8Array.of(1);
      builder.map.add("y", x, builder.constant("c", tensor("i8", 1, 1, data)));
      data[0] = 2;
      refuses(() => builder.build(), "WEIGHT", 1, 'node 1 "c"');
    });
  });

  describe("warnings", () => {
    function warnings(a: [number, number], options: { rows?: number; cols?: number }) {
      const { builder, x } = start(2, 6);
      const b = builder.constant("b", zeros("i8", ...a));
      builder.map.add("y", x, b, options);
      return builder.warnings;
    }

    it("are none for operands of 1, equal or dividing rows and columns", () => {
      for (const shape of [
        [1, 1],
        [2, 6],
        [1, 3],
        [2, 2],
      ] as const) {
        expect(warnings([...shape], {})).to.deep.equal([]);
      }
      expect(warnings([4, 12], { rows: 4, cols: 12 })).to.deep.equal([]);
    });

    it("name the node and the operand that does not repeat evenly", () => {
      const message = 'node 2 "y" (map add i32 [2,6]): "b" i8 [1,4] does not repeat evenly';
      expect(warnings([1, 4], {})).to.deep.equal([message]);
      expect(warnings([3, 1], {})).to.deep.equal([
        'node 2 "y" (map add i32 [3,6]): "x" i8 [2,6] does not repeat evenly',
      ]);
      expect(warnings([2, 6], { rows: 1 })).to.have.length(2);
    });
  });

  it("builds again after more nodes, and leaves earlier models alone", () => {
    const { builder, x } = start(1, 1);
    const y = builder.map.add("y", x, x);
    const first = builder.build();
    const before = encodeModel(first);
    builder.map.add("z", y, y);
    expect(builder.build().program.nodes).to.have.length(3);
    checkModel(first);
    expect(encodeModel(first)).to.deep.equal(before);
  });
});
