import { expect } from "chai";
import { columns, fields, printError, printNotice, printResult } from "../../scripts/shared/output";

const HOSTILE = "Digits\u001b[2K\rprice\u009b1A\u202e\nprice  1";
const SHOWN = "Digits?[2K?price?1A??price  1";

/*
what commands print of names and messages that are anybody's
├── shows nothing that would steer a terminal or begin a line: in results and notices
├── does so in errors, whose lines stay lines
└── leaves words of other languages as they are
*/
describe("what commands print of names and messages that are anybody's", () => {
  const printed = (stream: "log" | "error", print: () => void): string[] => {
    const [lines, kept] = [[] as string[], console[stream]];
    console[stream] = (line: string) => lines.push(line);
    try {
      print();
    } finally {
      console[stream] = kept;
    }
    return lines;
  };

  it("shows nothing that would steer a terminal or begin a line: in results and notices", () => {
    const lines = [...fields({ name: HOSTILE }), ...columns([[1, HOSTILE]])];
    const shown = [`name  ${SHOWN}\n1  ${SHOWN}`];
    expect(printed("log", () => printResult(false, {}, lines))).to.deep.equal(shown);
    expect(printed("error", () => printNotice(lines))).to.deep.equal(shown);
  });

  it("does so in errors, whose lines stay lines", () => {
    const report = { code: "HOST", message: "no\u001b]0;x\u0007\nyes", retryable: false };
    expect(printed("error", () => printError(report, false))).to.deep.equal([
      "error HOST: no?]0;x?\nyes",
    ]);
  });

  it("leaves words of other languages as they are", () => {
    const line = "Zahlen, числа, 数字, أرقام";
    expect(printed("log", () => printResult(false, {}, [line]))).to.deep.equal([line]);
  });
});
