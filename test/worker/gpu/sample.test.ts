/*
 * parseSamples
 * ├─ reads one GPU in base units
 * ├─ reads eight GPUs
 * ├─ leaves out what a GPU with instances, or without permission, does not tell
 * ├─ leaves out what is not supported, unknown, or no number
 * ├─ keeps odd names, and a name that is missing empty, with line ends of any system
 * ├─ leaves out lines that do not end, or have too few values
 * ├─ finds no GPU in errors and in nothing
 * └─ reads every line of much text, and none of noise
 */
import { expect } from "chai";
import { fixture } from "./fixtures";
import { parseSamples } from "../../../worker/src/gpu/sample";

const MIB = 2 ** 20;

describe("parseSamples", () => {
  const read = (name: string) => parseSamples(fixture(name));

  it("reads one GPU in base units", () => {
    expect(read("one.csv")).to.deep.equal([
      {
        index: "0",
        uuid: "GPU-6b86b273-ff34-fce1-9d6b-804eff5a3f57",
        name: "NVIDIA H100 80GB HBM3",
        utilization: 0.37,
        memoryUsedBytes: 10_240 * MIB,
        memoryBytes: 81_559 * MIB,
        powerWatts: 312.45,
        temperatureCelsius: 54,
      },
    ]);
  });

  it("reads eight GPUs", () => {
    const samples = read("eight.csv");
    expect(samples.map(({ index }) => index)).to.deep.equal([..."01234567"]);
    expect(samples.map(({ utilization }) => utilization)).to.deep.equal([
      1, 1, 0.98, 1, 0.57, 0, 0, 0,
    ]);
    expect(new Set(samples.map(({ uuid }) => uuid))).to.have.property("size", 8);
  });

  it("leaves out what a GPU with instances, or without permission, does not tell", () => {
    const [instances, whole] = read("mig.csv");
    expect(instances).to.have.all.keys("index", "uuid", "name", "powerWatts", "temperatureCelsius");
    expect(whole).to.include({ utilization: 0.12, memoryUsedBytes: 36_537 * MIB });
  });

  it("leaves out what is not supported, unknown, or no number", () => {
    const [old, unknown, broken, other] = read("unsupported.csv");
    const always = ["index", "uuid", "name"];
    expect(old).to.have.all.keys(...always, "memoryUsedBytes", "memoryBytes", "temperatureCelsius");
    expect(unknown).to.have.all.keys(...always);
    expect(broken).to.have.all.keys(...always, "memoryUsedBytes", "memoryBytes");
    expect(other).to.have.all.keys(...always);
  });

  it("keeps odd names, and a name that is missing empty, with line ends of any system", () => {
    const samples = read("names.csv");
    expect(parseSamples(fixture("names.csv").replaceAll("\n", "\r\n"))).to.deep.equal(samples);
    expect(samples.map(({ name }) => name)).to.deep.equal([
      'NVIDIA T1000 8GB / "Max-Q" (rev. a1)',
      "Graphics Device, engineering sample",
      "",
    ]);
    expect(samples.map(({ temperatureCelsius }) => temperatureCelsius)).to.deep.equal([48, 49, 50]);
  });

  it("leaves out lines that do not end, or have too few values", () => {
    expect(read("truncated.csv").map(({ index }) => index)).to.deep.equal(["0"]);
  });

  it("finds no GPU in errors and in nothing", () => {
    for (const name of ["unknownField.txt", "noDevices.txt", "noDriver.txt"]) {
      expect(read(name), name).to.deep.equal([]);
    }
    expect(parseSamples("")).to.deep.equal([]);
    expect(parseSamples("\n\n")).to.deep.equal([]);
  });

  it("reads every line of much text, and none of noise", () => {
    expect(parseSamples(fixture("one.csv").repeat(3_000))).to.have.length(3_000);
    expect(parseSamples(`${",".repeat(200_000)}\n`)).to.deep.equal([]);
    expect(parseSamples(`${"0, ".repeat(100_000)}\n`)).to.have.length(1);
  });
});
