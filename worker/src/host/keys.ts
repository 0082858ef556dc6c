import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Wallet } from "ethers";
import { DatasetError } from "./errors";
import { readIfAny, writeDurably } from "../disk";
import { asHex, createDatasetKey, openKey, publicKeyOf, sealKey } from "../../../sdk/src/index";

const OWNER_ONLY = 0o700;

/** The keys of a dataset by epoch: a file for each, sealed to the host's own account, for its owner to read. */
export class KeyFolder {
  private constructor(
    private readonly directory: string,
    private readonly wallet: Pick<Wallet, "privateKey" | "address">,
  ) {}

  /** Opens the folder, made if it is missing. */
  static async open(directory: string, wallet: Pick<Wallet, "privateKey" | "address">) {
    await mkdir(directory, { recursive: true, mode: OWNER_ONLY });
    return new KeyFolder(directory, wallet);
  }

  /** The key of an epoch, if it was made. Throws `DatasetError` KEY if it was sealed to another account. */
  async get(epoch: number): Promise<string | undefined> {
    const sealed = await readIfAny(this.path(epoch));
    if (sealed === undefined) return undefined;
    try {
      return openKey(asHex(this.wallet.privateKey), asHex(sealed.toString("utf8").trim()));
    } catch (cause) {
      const message = `${this.path(epoch)} was not sealed to ${this.wallet.address}, or is damaged`;
      throw new DatasetError("KEY", message, { cause });
    }
  }

  /** The key of an epoch, which is made, and on disk, if there was none. Throws `DatasetError` KEY. */
  async make(epoch: number): Promise<string> {
    const known = await this.get(epoch);
    if (known !== undefined) return known;
    const key = await createDatasetKey();
    const sealed = sealKey(publicKeyOf(asHex(this.wallet.privateKey)), key);
    await writeDurably(this.path(epoch), [Buffer.from(`${sealed}\n`)]);
    return key;
  }

  private path(epoch: number): string {
    return join(this.directory, String(epoch));
  }
}
