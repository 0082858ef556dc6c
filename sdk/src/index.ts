export * from "./eip712/domain";
export * from "./eip712/orders";
export * from "./errors/errors";
export * from "./types/address";
export * from "./types/order";
