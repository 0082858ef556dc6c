import { expect } from "chai";
import { OnnxError } from "../../tensor/onnx/index";
import type { OnnxErrorCode } from "../../tensor/onnx/index";

/** Expects an `OnnxError` with this code, and node and operator if they are given. */
export function refusesOnnx(
  run: () => unknown,
  code: OnnxErrorCode,
  text: RegExp,
  at?: { node: string; operator: string },
): void {
  try {
    run();
  } catch (error) {
    expect(error).to.be.instanceOf(OnnxError);
    const { code: found, message, node, operator } = error as OnnxError;
    expect(found, message).to.equal(code);
    expect(message).to.match(text);
    if (at !== undefined) expect({ node, operator }).to.deep.equal(at);
    return;
  }
  expect.fail(`no error, but ${code} was expected`);
}
