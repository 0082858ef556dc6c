import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "chai";
import { INCREMENT, INCREMENT_ID } from "./support/model";
import { expectError } from "./support/rejection";
import { useTemporaryDirectory } from "./support/temporary";
import { checkRegistered, loadModels, readModels } from "../../worker/src/models";
import { encodeModel, modelId } from "../../tensor/src/index";

const OTHER_ID = `0x${"12".repeat(32)}` as const;

/*
models of the configuration
├── those that are named by file are read, and by id taken from the store, in their order
├── one that is not registered throws MODEL, with its file or as an id
└── a file that is no model throws MODEL
*/
describe("models of the configuration", () => {
  const directory = useTemporaryDirectory();
  const { signal } = new AbortController();
  const byId = { id: OTHER_ID, maxUnits: 1 };
  const byFile = (): { readonly file: string; readonly maxUnits: number } => {
    const file = join(directory(), "increment.ergon");
    writeFileSync(file, encodeModel(INCREMENT));
    return { file, maxUnits: 2 };
  };

  it("those that are named by file are read, and by id taken from the store, in their order", async () => {
    const named = byFile();
    const stored = { file: "kept", model: INCREMENT };
    const store = { get: async () => stored };
    const [first, second] = await loadModels(await readModels([byId, named]), store, signal);
    expect(first).to.deep.equal({ id: OTHER_ID, config: byId, ...stored });
    expect(second).to.include({ id: INCREMENT_ID, config: named, file: named.file });
    expect(modelId(second.model.program)).to.equal(INCREMENT_ID);
  });

  it("one that is not registered throws MODEL, with its file or as an id", async () => {
    const market = { isRegistered: async () => false };
    for (const [entry, message] of [
      [byId, `model ${OTHER_ID} is not registered; correct models[].id, or register it`],
      [byFile(), `increment.ergon is model ${INCREMENT_ID}, which is not registered; register it`],
    ] as const) {
      const named = await readModels([entry]);
      const error = await expectError(() => checkRegistered(named, market), "ConfigError", "MODEL");
      expect(error.message).to.contain(message);
    }
  });

  it("a file that is no model throws MODEL", async () => {
    const file = join(directory(), "none.ergon");
    writeFileSync(file, "none");
    const read = (): unknown => readModels([{ file, maxUnits: 1 }]);
    const { message } = await expectError(read, "ConfigError", "MODEL");
    expect(message).to.contain("none.ergon is no model");
  });
});
