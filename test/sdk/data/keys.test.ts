import { buffer } from "node:stream/consumers";
import { expect } from "chai";
import { getBytes, hexlify } from "ethers";
import {
  InputError,
  accessKeyPair,
  asHex,
  createDatasetKey,
  decryptFile,
  encryptFile,
  isPublicKey,
  openKey,
  publicKeyOf,
  sealKey,
} from "../../../sdk/src/index";
import { NO_POINT, OTHER_PUBLIC_KEY, PUBLIC_KEY } from "../../shared/accessMarket";
import { expectError } from "../../worker/support/rejection";

/** The key that `PUBLIC_KEY` belongs to. */
const PRIVATE_KEY = asHex(`0x${"00".repeat(31)}01`);
const KEY = "AGE-SECRET-KEY-1EHH4Y7HUFYN76LNJREER4FLC70E2SRK5GAVQH704T79J7ELASALQ7YRNSJ";
/** `KEY`, as it was once sealed to `PUBLIC_KEY`. */
const SEALED = asHex(
  "0x02743d7a1f55268cc9db8d712216b0e758d32acb24fc31895ef1510546b72335a2a69bb34212fc9cb8653bf84e" +
    "73587d82211f66be58b82531ba54f1bdc9791882698437c7836c006b883324c4805b7f4b9d52dfd6da2c615e91a9a5" +
    "c87052a63dd76ac758ed3e0d009e77103b5f14f4517431227bddda544ed429d5259ff1951febc5668792b55f26f034",
);
/** Longer than a chunk of the age format, and no multiple of it. */
const FILE = Uint8Array.from({ length: 150_001 }, (_, i) => i % 251);

const refused = (action: () => unknown) => expectError(action, "InputError", "INPUT");

/*
keys of access
├── accessKeyPair makes another pair each time, whose halves belong together
├── publicKeyOf reports INPUT given no private key
├── isPublicKey takes compressed points of the curve only
├── sealKey
│  ├── seals what openKey opens, and begins with a compressed point
│  ├── seals another time to other bytes
│  └── reports INPUT, without the key, given no point, or no key of a dataset
└── openKey
   ├── opens what was sealed by an earlier version
   └── reports INPUT given another private key, a changed byte, a cut, or something else inside
*/
describe("keys of access", () => {
  it("accessKeyPair makes another pair each time, whose halves belong together", () => {
    const [first, second] = [accessKeyPair(), accessKeyPair()];
    expect(first.privateKey).not.to.equal(second.privateKey);
    expect(publicKeyOf(first.privateKey)).to.equal(first.publicKey);
    expect(isPublicKey(first.publicKey)).to.equal(true);
    expect(publicKeyOf(PRIVATE_KEY)).to.equal(PUBLIC_KEY);
  });

  it("publicKeyOf reports INPUT given no private key", async () => {
    for (const bad of ["0x", `0x${"00".repeat(32)}`, `0x${"ff".repeat(32)}`, "0x01"]) {
      const error = await refused(() => publicKeyOf(asHex(bad)));
      expect(error.message).not.to.include("ffff");
    }
  });

  it("isPublicKey takes compressed points of the curve only", () => {
    const good = [PUBLIC_KEY, OTHER_PUBLIC_KEY, `0x03${PUBLIC_KEY.slice(4)}`];
    expect(good.map((key) => isPublicKey(asHex(key)))).to.deep.equal([true, true, true]);
    const beyond = `0x02${"ff".repeat(32)}`;
    const uncompressed = `0x04${PUBLIC_KEY.slice(4)}`;
    for (const bad of [NO_POINT, beyond, uncompressed, "0x", PUBLIC_KEY.slice(0, -2)]) {
      expect(isPublicKey(asHex(bad)), bad).to.equal(false);
    }
  });

  describe("sealKey", () => {
    it("seals what openKey opens, and begins with a compressed point", async () => {
      const { privateKey, publicKey } = accessKeyPair();
      const key = await createDatasetKey();
      const sealed = sealKey(publicKey, key);
      expect(openKey(privateKey, sealed)).to.equal(key);
      expect(isPublicKey(asHex(sealed.slice(0, 68)))).to.equal(true);
      expect(getBytes(sealed)).to.have.length(33 + 16 + 16 + 74);
    });

    it("seals another time to other bytes", () => {
      expect(sealKey(asHex(PUBLIC_KEY), KEY)).not.to.equal(sealKey(asHex(PUBLIC_KEY), KEY));
    });

    it("reports INPUT, without the key, given no point, or no key of a dataset", async () => {
      await refused(() => sealKey(asHex(NO_POINT), KEY));
      for (const bad of [KEY.slice(0, -1), KEY.toLowerCase(), `${KEY}\n`, ""]) {
        const error = await refused(() => sealKey(asHex(PUBLIC_KEY), bad));
        expect(error.message).not.to.include("EHH4Y7");
      }
    });
  });

  describe("openKey", () => {
    it("opens what was sealed by an earlier version", () => {
      expect(openKey(PRIVATE_KEY, SEALED)).to.equal(KEY);
    });

    it("reports INPUT given another private key, a changed byte, a cut, or something else inside", async () => {
      await refused(() => openKey(accessKeyPair().privateKey, SEALED));
      await refused(() => openKey(asHex("0x02"), SEALED));
      const changed = getBytes(SEALED);
      changed[changed.length - 1] ^= 1;
      const cut = asHex(SEALED.slice(0, 68));
      for (const bad of [asHex(hexlify(changed)), asHex(SEALED.slice(0, -2)), cut, asHex("0x")]) {
        await refused(() => openKey(PRIVATE_KEY, bad));
      }
    });
  });
});

/*
encrypted files
├── decryptFile gives back what encryptFile was given, also nothing, in chunks of any size
├── encryptFile writes the age format, for another random key each time
├── encryptFile reports INPUT given no key, or one with a mistake
├── decryptFile reports INPUT given another key, a changed byte, a cut, or no age file
└── both let an error of the source through, and let go of a source that is not needed any more
*/
describe("encrypted files", () => {
  it("decryptFile gives back what encryptFile was given, also nothing, in chunks of any size", async () => {
    const key = await createDatasetKey();
    for (const file of [FILE, FILE.subarray(0, 65_536), FILE.subarray(0, 0)]) {
      for (const size of [1_000, 200_000]) {
        const chunks = Array.from({ length: Math.ceil(file.length / size) }, (_, i) =>
          file.subarray(i * size, (i + 1) * size),
        );
        const encrypted = await buffer(encryptFile(key, chunks));
        expect(await buffer(decryptFile(key, [encrypted]))).to.deep.equal(Buffer.from(file));
      }
    }
  });

  it("encryptFile writes the age format, for another random key each time", async () => {
    const [first, second] = [
      await buffer(encryptFile(KEY, [FILE])),
      await buffer(encryptFile(KEY, [FILE])),
    ];
    expect(first.toString("latin1")).to.match(/^age-encryption\.org\/v1\n-> X25519 /);
    expect(first).to.have.length(second.length);
    expect(first.equals(second)).to.equal(false);
  });

  it("encryptFile reports INPUT given no key, or one with a mistake", async () => {
    const mistake = KEY.replace("EHH4", "EHH5");
    for (const bad of ["", PRIVATE_KEY, mistake]) {
      await refused(() => buffer(encryptFile(bad, [FILE])));
      const error = await refused(() => buffer(decryptFile(bad, [FILE])));
      expect(error.message).not.to.include("EHH5");
    }
  });

  it("decryptFile reports INPUT given another key, a changed byte, a cut, or no age file", async () => {
    const encrypted = await buffer(encryptFile(KEY, [FILE]));
    await refused(async () => buffer(decryptFile(await createDatasetKey(), [encrypted])));
    const changed = Buffer.from(encrypted);
    changed[changed.length - 1] ^= 1;
    for (const bad of [changed, encrypted.subarray(0, -1), encrypted.subarray(0, 40), FILE]) {
      await refused(() => buffer(decryptFile(KEY, [bad])));
    }
  });

  it("both let an error of the source through, and let go of a source that is not needed any more", async () => {
    const failure = new InputError("the disk failed");
    let released = 0;
    async function* source(fails: boolean): AsyncGenerator<Uint8Array> {
      try {
        for (;;) {
          yield FILE;
          if (fails) throw failure;
        }
      } finally {
        released++;
      }
    }
    const encrypting = await refused(() => buffer(encryptFile(KEY, source(true))));
    expect(encrypting).to.equal(failure);
    const chain = encryptFile(KEY, source(true));
    expect(await refused(() => buffer(decryptFile(KEY, chain)))).to.equal(failure);
    for await (const chunk of encryptFile(KEY, source(false))) {
      expect(chunk).not.to.have.length(0);
      break;
    }
    expect(released).to.equal(3);
  });
});
