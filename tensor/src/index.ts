export * from "./dtype";
export * from "./errors";
export * from "./executor";
export * from "./hex";
export * from "./model";
export * from "./node";
export * from "./program";
export * from "./tensor";
