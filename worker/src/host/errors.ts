import { WorkerError } from "../errors";

/** What is wrong with the files or keys of a dataset. */
export type DatasetErrorCode =
  /** There is no such folder. */
  | "FOLDER"
  /** A file cannot be served under its name, or is none. */
  | "NAME"
  /** A file is larger than `maxFileBytes`. */
  | "SIZE"
  /** A key was not sealed to this account. */
  | "KEY"
  /** Another process changes the files. */
  | "BUSY"
  /** A file on disk is not what was written. */
  | "CORRUPT";

/** Files or keys of a dataset that are not as they must be. */
export class DatasetError extends WorkerError<DatasetErrorCode> {
  override readonly name = "DatasetError";

  constructor(code: DatasetErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, code === "BUSY", options);
  }
}
