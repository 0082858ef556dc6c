import { expect } from "chai";
import { encodeTensors } from "../../scripts/shared/files";
import { loadDigits } from "../../tensor/train/dataset";
import { digitInput } from "../../tensor/train/quantizeDigits";
import { DocumentServer, dripping, endless, whole } from "./support/documents";
import type { Answer } from "./support/documents";
import { jobsOpened } from "./support/outcome";
import { expectServed } from "./support/steps";
import { useWorld } from "./support/world";
import type { Posted } from "./support/world";

const UNITS = 2;
const MAX_BYTES = 65_536;
const TIMEOUT_SECONDS = 1;
/** Longer than bids are valid. */
const DAYS = 2n * 86_400n;

/*
a worker
└── given bids on documents that are malformed, short, endless, slow, or of other inputs
   └── it fills none of them, serves the next good bid, and gives the bad ones up
*/
describe("journey: bid, fetch, refuse, serve the next", () => {
  const documents = new DocumentServer();
  before(() => documents.open());
  after(() => documents.close());
  const current = useWorld(() => ({
    worker: {
      inputs: {
        hosts: [documents.host],
        networks: ["127.0.0.0/8"],
        maxBytes: MAX_BYTES,
        timeoutSeconds: TIMEOUT_SECONDS,
      },
    },
  }));

  context(
    "given bids on documents that are malformed, short, endless, slow, or of other inputs",
    () => {
      it("fills none of them, serves the next good bid, and gives the bad ones up", async () => {
        const world = current();
        const { heldOut } = loadDigits();
        const digits = heldOut.slice(0, 2 * UNITS).map(digitInput);
        const inputs = digits.slice(0, UNITS);
        const document = encodeTensors(inputs);
        const post = (name: string, answer: Answer): Promise<Posted> =>
          world.postFrom(documents.serve(name, answer), inputs);

        await world.worker.start();
        const hopeless = [
          await post("malformed", whole(document.map((byte, i) => (i === 0 ? byte ^ 1 : byte)))),
          await post("short", whole(document.subarray(1))),
          await post("endless", endless()),
          await post("others", whole(encodeTensors(digits.slice(UNITS)))),
        ];
        const slow = await post("slow", dripping(50));
        await expectServed(world, await post("good", whole(document)));

        for (const posted of hopeless) {
          await world.until(posted, "the end of a bad bid", ({ state }) => state === "inputs");
        }
        // what failed only once so far is tried again until the bid expires
        await world.chain.pass(DAYS);
        await world.until(slow, "the end of the slow bid", ({ state }) => state !== "taken");
        expect(await jobsOpened(world)).to.have.length(1);
      });
    },
  );
});
